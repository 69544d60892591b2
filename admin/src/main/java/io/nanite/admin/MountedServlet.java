package io.nanite.admin;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * The tower below a path of an application, as {@code /tower/*}: tells the server that this path belongs to where it stands, which
 * it does not look for itself. On the container's threads.
 */
final class MountedServlet extends HttpServlet {

    private static final long serialVersionUID = 1;

    private final transient HttpServlet inner;

    MountedServlet(HttpServlet inner) {
        this.inner = inner;
    }

    @Override
    public void init() throws ServletException {
        inner.init(getServletConfig());
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        inner.service(
                new HttpServletRequestWrapper(request) {
                    @Override
                    public String getContextPath() {
                        return super.getContextPath() + super.getServletPath();
                    }

                    @Override
                    public String getServletPath() {
                        return "";
                    }
                },
                response);
    }
}
