package io.nanite.examples.web;

import io.nanite.core.packet.Service;
import io.nanite.mapper.AgentView;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code GET /api/agents}: who is there, and what can be asked for. A mapper knows: nobody is asked. */
public final class AgentsServlet extends HttpServlet {

    private static final long serialVersionUID = 1;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var mapper = Fabric.of(getServletContext()).mapper();
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("mapper", mapper.identity().name());
        members.put("agents", mapper.agents().stream().map(AgentsServlet::agent).toList());
        members.put(
                "services",
                mapper.services().keySet().stream().map(Service::path).toList());
        response.setContentType("application/json");
        response.setHeader("Cache-Control", "no-store");
        response.getOutputStream().write(Json.write(members));
    }

    private static Map<String, Object> agent(AgentView agent) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("name", agent.identity().name());
        members.put("inFlight", agent.inFlight());
        return members;
    }
}
