package io.nanite.admin;

import jakarta.servlet.http.HttpServletRequest;
import java.security.Principal;
import java.util.Optional;

/** Says who may do what in a tower that is mounted in an application: the application's own decision. Any thread. */
@FunctionalInterface
public interface TowerGuard {

    /** The role of who asks; empty for nobody who may see anything. */
    Optional<Role> role(HttpServletRequest request);

    /** The name of who asks, if he has one, for the audit. */
    default Optional<String> user(HttpServletRequest request) {
        return Optional.ofNullable(request.getUserPrincipal()).map(Principal::getName);
    }
}
