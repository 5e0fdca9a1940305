import type { BrokerConfig, BrokerTls } from '../config.ts';

/** A port that the broker listens on. */
export interface Port {
  /** The setting of its number. */
  setting: string;
  host: string;
  port: number;
  isWebSocket: boolean;
  tls: BrokerTls | undefined;
  /** The table of its certificates. */
  tlsSection: string;
  /** It is one of `broker.listeners`. */
  isFurther: boolean;
}

/** Returns the ports of a broker: that of MQTT, that of WebSocket if there is one, and the further ones. */
export function portsOf(config: BrokerConfig, place = 'broker'): Port[] {
  const { host, port, websocketPort, tls, listeners } = config;
  const own = { host, tls, tlsSection: `${place}.tls`, isFurther: false };
  return [
    { ...own, setting: `${place}.port`, port, isWebSocket: false },
    // Encrypted if the MQTT port is, as passwords are sent to both.
    ...(websocketPort === undefined
      ? []
      : [{ ...own, setting: `${place}.websocketPort`, port: websocketPort, isWebSocket: true }]),
    ...listeners.map((each, i) => ({
      setting: `${place}.listeners[${i}].port`,
      host: each.host ?? host,
      port: each.port,
      isWebSocket: each.transport === 'websocket',
      tls: each.tls,
      tlsSection: `${place}.listeners[${i}].tls`,
      isFurther: true,
    })),
  ];
}
