package io.nanite.cli;

import io.nanite.admin.ControlTower;
import io.nanite.admin.ControlTowerConfig;
import io.nanite.core.ConfigException;
import io.nanite.core.Secret;
import io.nanite.core.packet.Printable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a Control Tower listens, who may do what there, and what it keeps. */
final class TowerOptions {

    @Option(
            names = "--http-port",
            paramLabel = "PORT",
            description = "the port to listen on; 0 for any that is free (default: 4000)")
    int httpPort = ControlTowerConfig.DEFAULT.port();

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            description =
                    "the address to listen on; one that others can reach needs users and TLS (default: 127.0.0.1)")
    String bind = "127.0.0.1";

    @Option(
            names = "--host-name",
            paramLabel = "NAME",
            description = "a further name that it is asked by, with a port or without; may come several times")
    List<String> hostNames = List.of();

    @Option(
            names = "--read-only",
            negatable = true,
            fallbackValue = "true",
            description = "people can look, and send and cancel nothing")
    boolean readOnly;

    @Option(
            names = "--users",
            paramLabel = "FILE",
            description =
                    "who may log in, as nanite-admin user writes it; read again when it has changed (default: nobody, "
                            + "only the link lets in)")
    @Nullable
    Path users;

    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description = "speak TLS: a certificate and those that vouch for it, as PEM; or it and its key, as PKCS12")
    @Nullable
    Path tlsCert;

    @Option(
            names = "--tls-key",
            paramLabel = "FILE",
            description = "its key as PEM (PKCS8, without a password), which only its owner may read")
    @Nullable
    Path tlsKey;

    @Option(
            names = "--tls-pass-file",
            paramLabel = "FILE",
            description = "a file with the password of the PKCS12 file, which only its owner may read")
    @Nullable
    Path tlsPassFile;

    @Option(
            names = "--data-dir",
            paramLabel = "FOLDER",
            description =
                    "where it keeps its history and who is quarantined (default: nowhere, an end is the end of them)")
    @Nullable
    Path dataDir;

    /** Throws {@link ConfigException} naming what is wrong. */
    ControlTowerConfig config() {
        ControlTowerConfig config;
        try {
            config = new ControlTowerConfig(httpPort, InetAddress.getByName(bind), readOnly);
        } catch (UnknownHostException e) {
            throw ConfigException.of("bind", Printable.of(bind), "an address of this machine, as 127.0.0.1");
        }
        config.check(users != null, tlsCert != null);
        if (tlsCert == null && (tlsKey != null || tlsPassFile != null)) {
            throw ConfigException.of("tls-cert", "none", "a file, where there is a key or a password");
        }
        for (String name : hostNames) {
            if (!name.matches("[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?")) {
                throw ConfigException.of("host-name", Printable.of(name), "a name as tower.example.org");
            }
        }
        return config;
    }

    /** Has the tower be so. Throws {@link ConfigException} for a file that is wrong. */
    void apply(ControlTower.Builder tower) {
        tower.hosts(new HashSet<>(hostNames)).version(Main.Version.number());
        if (users != null) {
            UsersFile file = new UsersFile(users);
            file.users();
            tower.users(file::users);
        }
        if (tlsCert != null) {
            Secret password =
                    tlsPassFile == null ? new Secret("") : PasswordOptions.read("--tls-pass-file", tlsPassFile);
            tower.tls(TowerKeys.read(tlsCert, tlsKey, password), password);
        }
        if (dataDir != null) {
            tower.store(new TowerFolder(dataDir));
        }
    }
}
