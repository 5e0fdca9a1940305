import { expect, it } from 'vitest';
import { CloudConfig } from '../../../cloud/config.ts';
import { hideSecrets } from './hide-secrets.ts';

it('hides what is secret by its name, by its schema, in headers and behind the question mark of an address', () => {
  const config = {
    dataDir: '/data',
    gateways: [{ id: 'north', password: 'p' }],
    alerts: {
      ntfy: [{ name: 'phones', topic: 'as-good-as-a-password', token: 't' }],
      mqtt: [{ name: 'bus', topic: 'alerts/{site}' }],
      webhook: [{ name: 'hook', url: 'https://example.org/hook?key=k', headers: { Authorization: 'a' } }],
    },
  };
  expect(hideSecrets(config, CloudConfig as never)).toEqual({
    dataDir: '/data',
    gateways: [{ id: 'north', password: '(hidden)' }],
    alerts: {
      ntfy: [{ name: 'phones', topic: '(hidden)', token: '(hidden)' }],
      mqtt: [{ name: 'bus', topic: 'alerts/{site}' }],
      webhook: [
        { name: 'hook', url: 'https://example.org/hook?(hidden)', headers: { Authorization: '(hidden)' } },
      ],
    },
  });
});
