import { HarbingerError } from '../runtime/errors.ts';

/** Address of an MQTT broker, in the form that MQTT.js expects. */
export interface MqttAddress {
  protocol: 'mqtt' | 'mqtts' | 'ws' | 'wss';
  host: string;
  port?: number;
  /** Path of a WebSocket address. */
  path?: string;
  username?: string;
  password?: string;
}

/** For schemas of settings that hold such an address. */
export const mqttAddressForm = {
  pattern: '^(mqtts?|wss?)://[^\\s/?#@]+([/?#]\\S*)?$',
  form: 'an address such as mqtt://HOST:PORT (or mqtts, ws, wss), without user and password',
};

const protocols = ['mqtt', 'mqtts', 'ws', 'wss'] as const;

/**
 * Parses an address such as `mqtt://127.0.0.1:1883`. MQTT.js would parse the text with `url.parse`, about which Node 24
 * prints a warning. @throws HarbingerError MQTT_ADDRESS
 */
export function mqttAddress(text: string): MqttAddress {
  const url = URL.canParse(text) ? new URL(text) : null;
  const protocol = protocols.find((name) => url?.protocol === `${name}:`);
  if (url === null || protocol === undefined || url.hostname === '') throw notAnAddress(text);
  const isSocket = protocol === 'mqtt' || protocol === 'mqtts';
  return {
    protocol,
    host: isSocket ? url.hostname.replace(/^\[(.*)\]$/, '$1') : url.hostname,
    ...(url.port !== '' && { port: Number(url.port) }),
    ...(!isSocket && { path: `${url.pathname}${url.search}` }),
    ...(url.username !== '' && { username: decodeURIComponent(url.username) }),
    ...(url.password !== '' && { password: decodeURIComponent(url.password) }),
  };
}

function notAnAddress(text: string): HarbingerError {
  const shown = text.replace(/\/\/[^@/]*@/, '//');
  return new HarbingerError(
    'MQTT_ADDRESS',
    'config',
    `'${shown}' is not the address of an MQTT broker; one is written as mqtt://HOST:PORT (or mqtts, ws, wss)`,
  );
}
