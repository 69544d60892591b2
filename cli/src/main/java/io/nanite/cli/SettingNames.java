package io.nanite.cli;

import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** The names of all settings there are. Those of the command that was typed are known at once, the others when they are wanted. */
final class SettingNames extends AbstractSet<String> {

    private final Set<String> near;
    private final Supplier<CommandSpec> everything;
    private @Nullable Set<String> all;

    SettingNames(CommandSpec typed, Supplier<CommandSpec> everything) {
        this.near = Settings.names(typed);
        this.everything = everything;
    }

    private Set<String> all() {
        if (all == null) {
            all = Settings.names(everything.get());
        }
        return all;
    }

    @Override
    public boolean contains(Object name) {
        return near.contains(name) || all().contains(name);
    }

    @Override
    public Iterator<String> iterator() {
        return all().iterator();
    }

    @Override
    public int size() {
        return all().size();
    }
}
