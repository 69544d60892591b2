package io.nanite.cli;

import io.nanite.mapper.Mapper;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import jdk.jshell.EvalException;
import jdk.jshell.JShell;
import jdk.jshell.JShellException;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.execution.LocalExecutionControl;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;
import org.jspecify.annotations.Nullable;

/** Java that is evaluated in this process, with a variable {@code mapper}. Needs the module jdk.jshell. One thread. */
final class JavaShell implements AutoCloseable {

    private static final List<String> PRELUDE = List.of(
            "import io.nanite.mapper.*;",
            "import io.nanite.core.packet.*;",
            "import java.time.*;",
            "import java.util.*;",
            "import java.util.stream.*;",
            "Mapper mapper;");

    private final JShell shell;

    /** What came of it: the value of the last expression, null if there was none, and what was wrong. */
    record Evaluated(@Nullable String value, List<String> complaints) {

        Evaluated {
            complaints = List.copyOf(complaints);
        }
    }

    JavaShell(Mapper mapper) {
        shell = JShell.builder()
                .executionEngine(new InThisProcess(mapper), Map.of())
                .compilerOptions("-classpath", System.getProperty("java.class.path"))
                .build();
        PRELUDE.forEach(shell::eval);
    }

    Evaluated evaluate(String source) {
        List<String> complaints = new ArrayList<>();
        String value = null;
        String rest = source;
        while (!rest.isBlank() && complaints.isEmpty()) {
            SourceCodeAnalysis.CompletionInfo next = shell.sourceCodeAnalysis().analyzeCompletion(rest);
            String snippet = next.source() == null ? rest : next.source();
            for (SnippetEvent event : shell.eval(snippet)) {
                value = event.value() == null || event.value().isEmpty() ? value : event.value();
                complaints.addAll(wrong(event));
            }
            rest = next.source() == null ? "" : next.remaining();
        }
        return new Evaluated(value, complaints);
    }

    private List<String> wrong(SnippetEvent event) {
        JShellException thrown = event.exception();
        if (thrown instanceof EvalException inUserCode) {
            return List.of(inUserCode.getExceptionClassName() + ": " + inUserCode.getMessage());
        }
        if (thrown != null) {
            return List.of(String.valueOf(thrown.getMessage()));
        }
        if (event.status() == Snippet.Status.REJECTED) {
            return shell.diagnostics(event.snippet())
                    .flatMap(diagnostic -> diagnostic.getMessage(Locale.ROOT).lines())
                    .toList();
        }
        return List.of();
    }

    @Override
    public void close() {
        shell.close();
    }

    /** Runs snippets here, and gives their variable {@code mapper} its value. */
    private record InThisProcess(Mapper mapper) implements ExecutionControlProvider {

        @Override
        public String name() {
            return "nanite";
        }

        @Override
        public ExecutionControl generate(ExecutionEnv environment, Map<String, String> parameters) {
            return new LocalExecutionControl() {

                private boolean bound;

                /** The declaration itself makes it null: so behind that, and once. */
                @Override
                public String invoke(String className, String methodName)
                        throws RunException, EngineTerminationException, InternalException {
                    String value = super.invoke(className, methodName);
                    try {
                        bound = bound || bind(findClass(className));
                    } catch (ReflectiveOperationException e) {
                        throw new InternalException(e.toString());
                    }
                    return value;
                }
            };
        }

        /** The class that the shell has made of the declaration has a static field of that name. */
        private boolean bind(Class<?> snippet) throws IllegalAccessException {
            for (Field field : snippet.getFields()) {
                if (field.getName().equals("mapper") && field.getType() == Mapper.class) {
                    field.setAccessible(true); // of a class that is not public
                    field.set(null, mapper);
                    return true;
                }
            }
            return false;
        }
    }
}
