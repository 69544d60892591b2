package io.nanite.admin;

import static org.junit.jupiter.api.extension.ConditionEvaluationResult.disabled;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.enabled;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Tests that drive Chromium, as Debian installs it. Without it they are skipped with the reason, or fail if {@code
 * NANITE_REQUIRE_BROWSER} is {@code true}. {@code -DexcludedGroups=browser} leaves them out.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("browser")
@ExtendWith(BrowserRequired.Looked.class)
public @interface BrowserRequired {

    /** Looks whether it is there. */
    final class Looked implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            if (Files.isExecutable(Browser.CHROMIUM) && Files.isExecutable(Browser.DRIVER)) {
                return enabled("Chromium is there");
            }
            String reason = "no %s or no %s (apt-get install chromium chromium-driver)"
                    .formatted(Browser.CHROMIUM, Browser.DRIVER);
            if (Boolean.parseBoolean(System.getenv("NANITE_REQUIRE_BROWSER"))) {
                throw new IllegalStateException(reason + ", and NANITE_REQUIRE_BROWSER is true");
            }
            return disabled(reason);
        }
    }
}
