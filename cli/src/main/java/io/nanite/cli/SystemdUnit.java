package io.nanite.cli;

import io.nanite.core.ConfigException;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Printable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The unit with which systemd runs a process of ours.
 *
 * @param launcher the program
 * @param root the folder that it runs in, and may write to
 * @param arguments more for it, as they are
 * @param user of the system
 * @param grace how long it takes to end in good order
 * @param javaHome where Java is; null for the one on systemd's own path
 */
record SystemdUnit(
        Identity identity,
        Path launcher,
        Path root,
        List<String> arguments,
        String user,
        Duration grace,
        @Nullable String javaHome) {

    /** Behind the grace: answers are written, the broker is left. */
    private static final Duration MARGIN = Duration.ofSeconds(15);

    SystemdUnit {
        arguments = List.copyOf(arguments);
    }

    /** The file as it is to be written. Throws {@link ConfigException} for what systemd could not be told. */
    String text() {
        List<String> command = new ArrayList<>(List.of(
                launcher.toString(),
                "--token",
                identity.name(),
                "--nanite",
                root.toString(),
                "--pid-dir",
                runFolder()));
        command.addAll(arguments);
        return """
                # %1$s, to be run by systemd. Its log is in the journal: journalctl -u %1$s
                [Unit]
                Description=Nanite: %1$s
                Wants=network-online.target
                After=network-online.target
                # The broker may come back at any time.
                StartLimitIntervalSec=0

                [Service]
                Type=exec
                User=%2$s
                WorkingDirectory=%3$s
                ExecStart=%4$s
                %5$s# NANITE_PASS=... and other settings, in a file that only root can read.
                EnvironmentFile=-/etc/nanite/%1$s.env
                RuntimeDirectory=%1$s

                # TERM lets jobs end within their grace; what actors have started is ended behind that.
                KillSignal=SIGTERM
                KillMode=mixed
                TimeoutStopSec=%6$d

                # Not where a setting is wrong (2) or a queue is not what it must be (5): that is for people.
                Restart=on-failure
                RestartSec=2
                RestartPreventExitStatus=2 5

                LimitNOFILE=65536
                UMask=0027

                # Not MemoryDenyWriteExecute: the JVM writes the code that it runs.
                NoNewPrivileges=yes
                CapabilityBoundingSet=
                ProtectSystem=strict
                ReadWritePaths=%7$s
                ProtectHome=read-only
                PrivateTmp=yes
                PrivateDevices=yes
                ProtectKernelTunables=yes
                ProtectKernelModules=yes
                ProtectControlGroups=yes
                RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
                RestrictNamespaces=yes
                RestrictRealtime=yes
                RestrictSUIDSGID=yes
                LockPersonality=yes
                SystemCallArchitectures=native

                [Install]
                WantedBy=multi-user.target
                """.formatted(
                        identity,
                        user,
                        plain(root.toString()),
                        // In a command, and only there, $ would be a variable.
                        command.stream()
                                .map(SystemdUnit::quoted)
                                .map(word -> word.replace("$", "$$"))
                                .collect(Collectors.joining(" ")),
                        javaHome == null ? "" : "Environment=" + quoted("JAVA_HOME=" + javaHome) + "\n",
                        grace.plus(MARGIN).toSeconds(),
                        quoted(root.toString()));
    }

    private String runFolder() {
        return "/run/" + identity;
    }

    /** A value that takes the whole line. */
    private static String plain(String text) {
        return checked(text).replace("%", "%%");
    }

    /** One of several words, as systemd reads them. */
    private static String quoted(String text) {
        String safe = plain(text);
        return safe.matches("[A-Za-z0-9_./:,=@%+$-]+")
                ? safe
                : '"' + safe.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static String checked(String text) {
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw ConfigException.of("argument", Printable.of(text), "no line breaks and control characters");
        }
        return text;
    }
}
