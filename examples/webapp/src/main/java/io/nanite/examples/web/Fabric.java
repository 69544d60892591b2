package io.nanite.examples.web;

import io.nanite.admin.ControlTower;
import io.nanite.admin.ControlTowerConfig;
import io.nanite.mapper.Mapper;
import io.nanite.rabbitmq.RabbitTransport;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.ServletRegistration;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The application's place in the fabric: one mapper for all its servlets, from the start of the application to its end.
 * With it goes one thread that lets streams show a sign of life and, where somebody may see it, a Control Tower below {@code
 * /tower/}.
 */
public final class Fabric implements ServletContextListener {

    private static final String TOWER = "/tower/*";

    private @Nullable Mapper mapper;
    private @Nullable ControlTower tower;
    private @Nullable ScheduledThreadPoolExecutor clock;
    private Duration timeout = Duration.ZERO;

    /** Connects. What this throws says in one sentence why it could not, and the application does not start. */
    @Override
    public void contextInitialized(ServletContextEvent event) {
        ServletContext context = event.getServletContext();
        WebSettings settings = WebSettings.of(context, System.getenv());
        timeout = settings.mapper().timeout();
        RabbitTransport transport = new RabbitTransport(settings.broker());
        Mapper started = Mapper.start(settings.mapper(), transport);
        mapper = started;
        if (!settings.tower().isEmpty()) {
            tower = tower(context, started, transport, new TowerDoor(settings.tower()));
        }
        String thread = settings.mapper().identity() + "-clock";
        clock = new ScheduledThreadPoolExecutor(1, task -> new Thread(task, thread));
        clock.setRemoveOnCancelPolicy(true);
        context.setAttribute(Fabric.class.getName(), this);
    }

    /** One that shows and does what this mapper can; it is a servlet of the application, behind the application's own filter. */
    private static ControlTower tower(
            ServletContext context, Mapper mapper, RabbitTransport transport, TowerDoor door) {
        FilterRegistration.Dynamic filter = context.addFilter("tower-door", door);
        filter.setAsyncSupported(true);
        filter.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, TOWER);
        ControlTower tower = ControlTower.with(ControlTowerConfig.DEFAULT)
                .ready(transport::isConnected)
                .blocked(() -> transport.blocked().orElse(null))
                .mount(mapper, door);
        ServletRegistration.Dynamic servlet = context.addServlet("tower", tower.servlet());
        servlet.setAsyncSupported(true);
        servlet.addMapping(TOWER);
        return tower;
    }

    /** Ends what is open and disconnects: nothing of the application runs on, and the broker keeps nothing of it. */
    @Override
    public void contextDestroyed(ServletContextEvent event) {
        if (clock != null) {
            clock.shutdownNow();
        }
        if (tower != null) {
            tower.close();
        }
        if (mapper != null) {
            mapper.close();
        }
    }

    /** That of this application. */
    static Fabric of(ServletContext context) {
        return (Fabric) context.getAttribute(Fabric.class.getName());
    }

    Mapper mapper() {
        return started(mapper);
    }

    /** How long a request may take that does not say. */
    Duration timeout() {
        return timeout;
    }

    /** Runs the task again and again, until what it returns is cancelled. The task must not wait. */
    Future<?> every(Duration period, Runnable task) {
        long nanos = period.toNanos();
        return started(clock).scheduleWithFixedDelay(task, nanos, nanos, TimeUnit.NANOSECONDS);
    }

    private static <T> T started(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("application: not started (expected: started)");
        }
        return part;
    }
}
