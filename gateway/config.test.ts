import { describe, expect, it } from 'vitest';
import { lostSettings } from '../shared/config/changed-settings.ts';
import { readConfig } from '../shared/config/load-config.ts';
import { GatewayConfig, liveInGateway, prepareGatewayConfig, sourceContext } from './config.ts';

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

it('a file that was cut off before its token is not taken by a running gateway, and one without its read token is', () => {
  const http = { token: 'token-of-the-operators', readToken: 'token-of-the-display' };
  const lostBy = (given: Record<string, unknown>) =>
    lostSettings(configOf({ http }).config!, configOf(given).config!, liveInGateway.essential).map(
      ({ key }) => key,
    );
  expect(lostBy({})).toEqual(['http.token']);
  expect(lostBy({ http: { readToken: http.readToken } })).toEqual(['http.token']);
  expect(lostBy({ http: { token: 'another-token-of-theirs' } })).toEqual([]);
});

describe('jobs', () => {
  it('have a table each, or a text as a short form of the schedule', () => {
    const { config, problems } = configOf({
      jobs: { statistics: '@hourly', retention: { schedule: '@daily' } },
    });
    expect(problems).toEqual([]);
    expect(config!.jobs).toMatchObject({
      statistics: { schedule: '@hourly' },
      retention: { schedule: '@daily' },
    });
  });

  it('have schedules of their own', () => {
    expect(configOf({}).config!.jobs).toMatchObject({
      statistics: { schedule: '0 * * * * *' },
      retention: { schedule: '30 0 * * * *' },
    });
  });
});

describe('decisions', () => {
  const settings = { budgetMs: 7, breaker: { failures: 2 } };

  it('have a table each', () => {
    const { config, problems } = configOf({ decisions: { alerts: settings } });
    expect(problems).toEqual([]);
    expect(config!.decisions.alerts).toMatchObject({ ...settings, sampleMs: 60_000 });
  });

  it('take settings of alerts without naming their kind, as before there were kinds', () => {
    expect(configOf({ decisions: settings }).config).toEqual(
      configOf({ decisions: { alerts: settings } }).config,
    );
    const both = configOf({ decisions: { budgetMs: 1, sampleMs: 5, alerts: { budgetMs: 7 } } });
    expect(both.config!.decisions.alerts).toMatchObject({ budgetMs: 7, sampleMs: 5 });
  });

  it.each([
    [
      { decisions: { bugdetMs: 1 } },
      "decisions.alerts: unknown property 'bugdetMs'; did you mean 'budgetMs'?",
    ],
    [{ decisions: { alerts: 7 } }, 'decisions.alerts must be a table'],
    [{ decisions: 7 }, 'decisions must be a table'],
  ])('refuse %j', (given, problem) => {
    expect(configOf(given).problems.map(({ message }) => message)).toEqual([
      expect.stringContaining(problem),
    ]);
  });
});
