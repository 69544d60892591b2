package io.nanite.testkit.broker;

import io.nanite.faultkit.rabbit.Settings;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.BeforeClassTemplateInvocationCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContext;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContextProvider;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** Runs a test once per broker. What {@link EveryBroker} and {@link OnRabbitMq} stand for. */
final class BrokerInvocations implements TestTemplateInvocationContextProvider, ClassTemplateInvocationContextProvider {

    static final String REQUIRE = "NANITE_REQUIRE_RABBITMQ";

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return everyBroker(context).isPresent() || onRabbitMq(context).isPresent();
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        return everyBroker(context)
                .map(every -> Stream.<TestTemplateInvocationContext>of(
                        new Invocation("embedded", every.own()), new Invocation("rabbitmq", every.own())))
                .orElseGet(() -> onRabbitMq(context).stream().map(on -> new Invocation("rabbitmq", on.own())));
    }

    @Override
    public boolean supportsClassTemplate(ExtensionContext context) {
        return everyBroker(context).isPresent();
    }

    @Override
    public Stream<? extends ClassTemplateInvocationContext> provideClassTemplateInvocationContexts(
            ExtensionContext context) {
        boolean own = everyBroker(context).orElseThrow().own();
        return Stream.of(new ClassInvocation("embedded", own), new ClassInvocation("rabbitmq", own));
    }

    private record ClassInvocation(String kind, boolean own) implements ClassTemplateInvocationContext {
        @Override
        public String getDisplayName(int invocationIndex) {
            return "[" + kind + "]";
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of(new ClassLender(new Lender(kind, own)));
        }
    }

    /** Has one broker ready for all tests of a class. */
    private record ClassLender(Lender lender) implements BeforeClassTemplateInvocationCallback, ParameterResolver {

        @Override
        public void beforeClassTemplateInvocation(ExtensionContext context) {
            lender.beforeEach(context);
        }

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return lender.supportsParameter(parameter, context);
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return lender.resolveParameter(parameter, context);
        }
    }

    private static Optional<EveryBroker> everyBroker(ExtensionContext context) {
        return AnnotationSupport.findAnnotation(context.getElement(), EveryBroker.class);
    }

    private static Optional<OnRabbitMq> onRabbitMq(ExtensionContext context) {
        return AnnotationSupport.findAnnotation(context.getElement(), OnRabbitMq.class);
    }

    private record Invocation(String kind, boolean own) implements TestTemplateInvocationContext {
        @Override
        public String getDisplayName(int invocationIndex) {
            return "[" + kind + "]";
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of(new Lender(kind, own));
        }
    }

    /** Has the broker ready before the test, and gives it to whoever asks. The store closes it after the test. */
    private record Lender(String kind, boolean own) implements BeforeEachCallback, ParameterResolver {

        private static final Namespace NAMESPACE = Namespace.create(BrokerInvocations.class);

        @Override
        public void beforeEach(ExtensionContext context) {
            context.getStore(NAMESPACE).put(TestBroker.class, lend(context));
        }

        private TestBroker lend(ExtensionContext context) {
            Settings settings = name -> context.getConfigurationParameter(name).orElseGet(() -> System.getenv(name));
            try {
                return kind.equals("embedded") ? embedded() : rabbit(context, settings);
            } catch (RabbitAbsent e) {
                if (Boolean.parseBoolean(settings.value(REQUIRE))) {
                    throw new AssertionFailedError(e.getMessage() + "; " + REQUIRE + " is true", e);
                }
                throw new TestAbortedException(e.getMessage(), e);
            }
        }

        private TestBroker embedded() {
            EmbeddedTestBroker broker = own ? EmbeddedTestBroker.durable() : EmbeddedTestBroker.inMemory();
            broker.start();
            return broker;
        }

        private TestBroker rabbit(ExtensionContext context, Settings settings) throws RabbitAbsent {
            RabbitSupply supply = context.getRoot()
                    .getStore(NAMESPACE)
                    .computeIfAbsent(RabbitSupply.class, key -> new RabbitSupply(settings), RabbitSupply.class);
            return own ? supply.own() : supply.lend();
        }

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            Class<?> type = parameter.getParameter().getType();
            return type == TestBroker.class || (type == RabbitTestBroker.class && kind.equals("rabbitmq"));
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            TestBroker broker = context.getStore(NAMESPACE).get(TestBroker.class, TestBroker.class);
            if (broker == null) {
                throw new IllegalStateException(
                        "broker: not there yet (expected: a parameter of a method, not of a constructor)");
            }
            int index = parameter.getIndex();
            return index == 0
                    ? broker
                    : context.getStore(NAMESPACE).computeIfAbsent(index, another -> lend(context), TestBroker.class);
        }
    }
}
