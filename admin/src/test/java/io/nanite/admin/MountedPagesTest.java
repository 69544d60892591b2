package io.nanite.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.testkit.InMemoryBroker;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.Test;

/** The pages below a path of an application: each of their links stays there. */
class MountedPagesTest {

    private static final Pattern LINK = Pattern.compile(" (?:href|src|action|data-then|data-follow)=\"([^\"]*)\"");

    @Test
    void everyLinkOfAPageStaysBelowWhereTheTowerStands() throws Exception {
        InMemoryBroker broker = InMemoryBroker.threaded();
        TowerGuard everybody = new TowerGuard() {
            @Override
            public Optional<Role> role(HttpServletRequest request) {
                return Optional.of(Role.ADMIN);
            }
        };
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        try (LivingFabric fabric = new LivingFabric(broker::transport);
                ControlTower tower =
                        ControlTower.with(ControlTowerConfig.DEFAULT).mount(fabric.mapper, everybody)) {
            fabric.populate();
            ServletContextHandler application = new ServletContextHandler("/app");
            ServletHolder holder = new ServletHolder(tower.servlet());
            holder.setAsyncSupported(true);
            application.addServlet(holder, "/tower/*");
            server.setHandler(application);
            server.start();
            URI root = URI.create("http://127.0.0.1:%d/".formatted(connector.getLocalPort()));
            for (String path : List.of(
                    "/",
                    "/send",
                    "/agents",
                    "/agents/fred",
                    "/services",
                    "/services/simple/echo",
                    "/requests",
                    "/audit")) {
                HttpResponse<String> page = get(root.resolve("/app/tower" + path));
                assertThat(page.statusCode()).as(path + " " + page.body()).isEqualTo(200);
                assertThat(page.body()).contains("data-base=\"/app/tower\"");
                Matcher links = LINK.matcher(page.body());
                while (links.find()) {
                    assertThat(links.group(1)).as(path).matches("(?:/app/tower/|[?#]).*");
                }
            }
            Matcher style = Pattern.compile("href=\"(/app/tower/assets/[^\"]*tower.css)\"")
                    .matcher(get(root.resolve("/app/tower/")).body());
            assertThat(style.find()).isTrue();
            assertThat(get(root.resolve(style.group(1))).statusCode()).isEqualTo(200);
        } finally {
            server.stop();
        }
    }

    private static HttpResponse<String> get(URI address) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(address)
                                .header("Accept", "text/html")
                                .build(),
                        BodyHandlers.ofString());
    }
}
