import { describe, expect, it } from 'vitest';
import { compileValidator } from '../shared/runtime/validate.ts';
import { GatewayConfig, storedTopics } from './config.ts';

const validate = compileValidator(GatewayConfig);
const configOf = (given: Record<string, unknown>) =>
  validate({ dataDir: '/d', broker: {}, serial: {}, ...given }, (problem) => new Error(problem));

describe('what the broker stores', () => {
  it('is what the routes take, so that nothing which has a route is acknowledged and lost', () => {
    const routes = [
      { topic: 'tele/{machine}/SENSOR', format: 'json', site: 'lab' },
      { topic: '{site}/{machine}/+/{sensor}', format: 'number' },
      { topic: 'telemetry/{site}/{machine}', format: 'json' },
    ];
    const byDefault = configOf({}).broker.telemetryFilters;
    expect(storedTopics(configOf({ routes }))).toEqual([...byDefault, 'tele/+/SENSOR', '+/+/+/+']);
  });

  it('is told by the broker’s own filters, where these cover the routes', () => {
    expect(storedTopics(configOf({}))).toEqual(['telemetry/#', 'lifecycle/#']);
  });
});
