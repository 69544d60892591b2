/**
 * Violations, one or more for each rule of {@code io.nanite.architecture.Rules}: in the package of the rule's name, which
 * stands for {@code io.nanite}. The rule must refuse every class here but those called {@code Bystander}. Nobody runs them.
 */
package io.nanite.planted;
