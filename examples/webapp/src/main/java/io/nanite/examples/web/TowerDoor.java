package io.nanite.examples.web;

import io.nanite.admin.Role;
import io.nanite.admin.TowerGuard;
import io.nanite.core.ConfigException;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * This application's own decision of who may see the Control Tower in it: who sends one of its logins, by HTTP Basic. An
 * application that knows its visitors already asks that instead: for a principal, a role, a session. Any thread.
 *
 * <p>The tower asks {@link #role}, and refuses whoever has none. Being a filter in front of it only makes a browser ask for the
 * login.
 */
final class TowerDoor implements TowerGuard, Filter {

    private static final String BASIC = "Basic ";
    private static final int SHORTEST_PASSWORD = 12;

    private final List<Login> logins;

    TowerDoor(List<Login> logins) {
        this.logins = List.copyOf(logins);
    }

    /**
     * Who is let in.
     *
     * @param credentials a name, a colon and a password
     */
    record Login(String credentials, Role role) {

        /** Throws {@link ConfigException} if it is none; what is wrong with a password is not said. */
        static Login of(String setting, String credentials, Role role) {
            int colon = credentials.indexOf(':');
            if (colon < 1 || credentials.length() - colon - 1 < SHORTEST_PASSWORD) {
                throw ConfigException.of(
                        setting,
                        "another form",
                        "NAME:PASSWORD, the password of %d characters or more".formatted(SHORTEST_PASSWORD));
            }
            return new Login(credentials, role);
        }

        String name() {
            return credentials.substring(0, credentials.indexOf(':'));
        }

        /** Takes the same time wherever they differ. */
        private boolean is(byte[] given) {
            return MessageDigest.isEqual(credentials.getBytes(StandardCharsets.UTF_8), given);
        }

        /** Never the password. */
        @Override
        public String toString() {
            return "%s (%s)".formatted(name(), role);
        }
    }

    @Override
    public Optional<Role> role(HttpServletRequest request) {
        return login(request).map(Login::role);
    }

    @Override
    public Optional<String> user(HttpServletRequest request) {
        return login(request).map(Login::name);
    }

    private Optional<Login> login(HttpServletRequest request) {
        String header = request.getHeader("Authorization");
        if (header == null || !header.startsWith(BASIC)) {
            return Optional.empty();
        }
        byte[] given;
        try {
            given = Base64.getDecoder().decode(header.substring(BASIC.length()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        return logins.stream().filter(login -> login.is(given)).findFirst();
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain tower)
            throws IOException, ServletException {
        if (login((HttpServletRequest) request).isPresent()) {
            tower.doFilter(request, response);
            return;
        }
        HttpServletResponse refusal = (HttpServletResponse) response;
        refusal.setHeader("WWW-Authenticate", "Basic realm=\"Control Tower\", charset=\"UTF-8\"");
        new Problem(401, "Login", "no login of this tower (expected: one that the application was given)")
                .send(refusal);
    }
}
