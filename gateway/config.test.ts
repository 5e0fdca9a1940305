import { describe, expect, it } from 'vitest';
import { readConfig } from '../shared/config/load-config.ts';
import { GatewayConfig, prepareGatewayConfig, sourceContext } from './config.ts';

const configOf = (given: Record<string, unknown>) =>
  readConfig(GatewayConfig, { defaults: { dataDir: '/d', ...given } }, [], prepareGatewayConfig);

it('sources get the topics of routes, so that no message with a route is acknowledged and lost', () => {
  const routes = [
    { topic: 'tele/{machine}/SENSOR', format: 'json', site: 'lab' },
    { topic: '{site}/{machine}/+/{sensor}', format: 'number' },
  ];
  const { config } = configOf({ routes });
  expect(sourceContext(config!).routeTopics).toEqual(['tele/+/SENSOR', '+/+/+/+']);
});

describe('jobs', () => {
  it('have a table each, or a text as a short form of the schedule', () => {
    const { config, problems } = configOf({
      jobs: { statistics: '@hourly', retention: { schedule: '@daily' } },
    });
    expect(problems).toEqual([]);
    expect(config!.jobs).toEqual({
      statistics: { schedule: '@hourly' },
      retention: { schedule: '@daily' },
    });
  });

  it('have schedules of their own', () => {
    expect(configOf({}).config!.jobs).toEqual({
      statistics: { schedule: '0 * * * * *' },
      retention: { schedule: '30 0 * * * *' },
    });
  });
});
