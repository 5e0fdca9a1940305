import { expect, it } from 'vitest';
import { mqttAddress } from './address.ts';

it.each([
  ['mqtt://127.0.0.1:1883', { protocol: 'mqtt', host: '127.0.0.1', port: 1883 }],
  ['mqtts://broker.example.org', { protocol: 'mqtts', host: 'broker.example.org' }],
  ['mqtt://[::1]:1884', { protocol: 'mqtt', host: '::1', port: 1884 }],
  ['mqtt://me:p%40ss@broker', { protocol: 'mqtt', host: 'broker', username: 'me', password: 'p@ss' }],
  ['ws://[::1]:9001/mqtt?a=b', { protocol: 'ws', host: '[::1]', port: 9001, path: '/mqtt?a=b' }],
  ['wss://broker', { protocol: 'wss', host: 'broker', path: '/' }],
])('%s is parsed', (text, address) => {
  expect(mqttAddress(text)).toEqual(address);
});

it.each(['', 'broker:1883', 'http://broker', 'mqtt://', 'mqtt://me:secret@broker:99999'])(
  "'%s' is refused, without its password",
  (text) => {
    expect(() => mqttAddress(text)).toThrow(expect.objectContaining({ code: 'MQTT_ADDRESS' }));
    expect(() => mqttAddress(text)).not.toThrow(/secret/);
  },
);
