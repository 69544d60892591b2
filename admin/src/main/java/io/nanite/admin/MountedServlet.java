package io.nanite.admin;

import jakarta.servlet.Servlet;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** The tower below a path of an application: what stands before its own paths is its context to it. Any thread. */
final class MountedServlet extends HttpServlet {

    private static final long serialVersionUID = 1;

    private final transient Servlet tower;

    MountedServlet(Servlet tower) {
        this.tower = tower;
    }

    @Override
    public void init() throws ServletException {
        tower.init(getServletConfig());
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        String base = request.getContextPath() + request.getServletPath();
        if (request.getPathInfo() == null && request.getMethod().equals("GET")) {
            response.sendRedirect(base + "/");
            return;
        }
        tower.service(
                new HttpServletRequestWrapper(request) {
                    @Override
                    public String getContextPath() {
                        return base;
                    }

                    @Override
                    public String getServletPath() {
                        return "";
                    }
                },
                response);
    }

    @Override
    public void destroy() {
        tower.destroy();
    }
}
