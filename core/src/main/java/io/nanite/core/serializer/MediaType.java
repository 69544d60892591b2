package io.nanite.core.serializer;

import java.util.Locale;

/** Compares media types as RFC 9110 wants it: without their parameters, and in any case. */
final class MediaType {

    private MediaType() {}

    static boolean is(String contentType, String wanted) {
        return contentType.equals(wanted) || bare(contentType).equals(wanted);
    }

    private static String bare(String contentType) {
        int parameters = contentType.indexOf(';');
        String type = parameters < 0 ? contentType : contentType.substring(0, parameters);
        return type.strip().toLowerCase(Locale.ROOT);
    }
}
