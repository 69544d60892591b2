package io.nanite.core.packet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServicePrefixTest {

    @ParameterizedTest
    @CsvSource({
        "Simple, simple",
        "ImageTools, image_tools",
        "HTTPServer, http_server",
        "MyHTTPServer, my_http_server",
        "Mp3Player, mp3_player",
        "A, a",
        "AB, ab",
        "snake_already, snake_already",
        "Ümlaut, ümlaut"
    })
    void thePrefixIsTheClassInSnakeCase(String className, String prefix) {
        assertThat(Service.prefixOf(className)).isEqualTo(prefix);
    }
}
