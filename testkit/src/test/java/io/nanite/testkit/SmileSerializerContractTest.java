package io.nanite.testkit;

import io.nanite.core.serializer.Serializer;
import io.nanite.core.serializer.SmileSerializer;

final class SmileSerializerContractTest extends SerializerContract {

    private final Serializer serializer = new SmileSerializer();

    @Override
    protected Serializer serializer() {
        return serializer;
    }
}
