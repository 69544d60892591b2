package io.nanite.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds every rule against the code, and every plant against its rule: a rule that accepts its plant is no rule. */
class ArchitectureTest {

    private static final JavaClasses PRODUCTION = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages(House.MODULES.keySet().stream()
                    .map(module -> House.ROOT + module)
                    .toArray(String[]::new));

    /** A rule, and the name that its plants are found by. */
    record Named(String name, ArchRule rule) {

        /** The plants of this rule, and what they need around them. */
        JavaClasses plants() {
            return new ClassFileImporter().importPackages(House.PLANTED + key());
        }

        private String key() {
            return name.toLowerCase(Locale.ROOT).replace("_", "");
        }

        @Override
        public String toString() {
            return name + ": " + rule.getDescription();
        }
    }

    static Stream<Named> rules() throws IllegalAccessException {
        List<Named> rules = new ArrayList<>();
        for (Field field : Rules.class.getDeclaredFields()) {
            if (field.getType() == ArchRule.class) {
                rules.add(new Named(field.getName(), (ArchRule) field.get(null)));
            }
        }
        return rules.stream();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void theCodeKeepsEveryRule(Named named) {
        named.rule().check(PRODUCTION);
    }

    @ParameterizedTest
    @MethodSource("rules")
    void everyRuleRefusesEachOfItsPlants(Named named) {
        JavaClasses plants = named.plants();
        List<String> planted = plants.stream()
                .filter(JavaClass::isTopLevelClass)
                .filter(type -> !type.getSimpleName().equals("Bystander") && !isPackageInfo(type))
                .map(JavaClass::getName)
                .toList();
        assertThat(planted).as("plants of %s", named.name()).isNotEmpty();
        List<String> refused = named.rule().evaluate(plants).getFailureReport().getDetails();
        assertThat(planted)
                .as("plants that %s refuses; it said %s", named.name(), refused)
                .allMatch(name -> refused.stream().anyMatch(line -> line.contains(name)));
    }

    @Test
    void everyPlantHasARule() throws IllegalAccessException {
        List<String> keys = rules().map(Named::key).toList();
        JavaClasses all = new ClassFileImporter().importPackages(House.PLANTED + "..");
        assertThat(all.stream().filter(type -> !isPackageInfo(type)).map(type -> type.getPackageName()
                        .substring(House.PLANTED.length())))
                .isNotEmpty()
                .allMatch(room -> keys.contains(room.substring(0, room.indexOf('.'))));
    }

    @Test
    void everyModuleIsLookedAt() {
        House.MODULES.keySet().forEach(module -> assertThat(PRODUCTION.that(DescribedPredicate.describe(
                        "in " + module, (JavaClass type) -> House.module(type).equals(module))))
                .as("classes of %s", module)
                .isNotEmpty());
        assertThat(PRODUCTION.stream().map(JavaClass::getName)).noneMatch(name -> name.startsWith(House.PLANTED));
        assertThat(PRODUCTION.size()).isGreaterThan(150);
    }

    @Test
    void everyRuleHasAReason() throws IllegalAccessException {
        assertThat(rules()).allMatch(named -> named.rule().getDescription().contains("because"));
    }

    private static boolean isPackageInfo(JavaClass type) {
        return type.getSimpleName().equals("package-info");
    }
}
