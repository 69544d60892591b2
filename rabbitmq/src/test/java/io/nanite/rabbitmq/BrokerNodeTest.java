package io.nanite.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.core.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BrokerNodeTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    rabbit1              | rabbit1:5672
                    rabbit1:5673         | rabbit1:5673
                    rabbit1, rabbit2:1   | rabbit1:5672 rabbit2:1
                    a:1,b:2,10.0.0.3     | a:1 b:2 10.0.0.3:5672
                    ::1                  | ::1:5672
                    [::1]                | [::1]:5672
                    [::1]:5673,b         | [::1]:5673 b:5672
                    """)
    void hostsAreReadWithTheirPorts(String text, String nodes) {
        assertThat(BrokerNode.parse(text, 5672))
                .extracting(BrokerNode::toString)
                .containsExactly(nodes.split(" "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",", "a,", "a:", ":5672", "a:b", "a:99999", "a:0", "a,,b"})
    void whatIsNoHostIsRefused(String text) {
        assertThatThrownBy(() -> BrokerNode.parse(text, 5672))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("expected: ");
    }

    @Test
    void anAddressMayNameSeveralNodesOfACluster() {
        RabbitConfig config = RabbitConfig.of("amqp://u:p%40x@a:1,b,c:3/%2Ffabric");

        assertThat(config.nodes()).extracting(BrokerNode::toString).containsExactly("a:1", "b:5672", "c:3");
        assertThat(config.virtualHost()).isEqualTo("/fabric");
        assertThat(config.password().value()).isEqualTo("p@x");
        assertThat(config.where()).isEqualTo("a:1 or b:5672 or c:3, vhost /fabric, user u");
        assertThat(config.withPacking(false).others()).isEqualTo(config.others());
        assertThat(RabbitConfig.of("amqps://u:p@a,b").nodes())
                .extracting(BrokerNode::toString)
                .containsExactly("a:5671", "b:5671");
    }
}
