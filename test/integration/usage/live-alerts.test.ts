/**
 * An open alert follows its machine, with real processes: its value and words are those of now in API, command line and the
 * site's topics, nobody is told of that, and what was told is its history. Once nothing is heard any more, it is unknown.
 */
import { expect, it } from 'vitest';
import { harbinger } from '../cli.ts';
import { createFanSite, fanType, sendWatched, tells, toldTo } from '../fan.ts';
import { drained, until } from '../site.ts';
import { watchedSite } from '../watched-site.ts';

const fan = fanType('stepMs = 100\nsilentAfterMs = 0', 'warn = 4.5\nalarm = 9');

interface Alert {
  alertId: string;
  openedAt: string;
  asOf: string;
  unknown: { sinceMs: number; reason: string } | null;
  history: { change: string; severity: string; reasons: string[] }[];
  prediction: {
    severity: string;
    since: string;
    reasons: string[];
    contributions: { value: number | null }[];
  };
}

let atMs = Date.now() - 3_600_000;

const at = watchedSite('fan-1', (receiver) =>
  createFanSite(fan, {
    // A stopped gateway is lost after this time already, and not only after a minute.
    cloud: { ...tells(receiver), conditions: { gatewaySilentS: 5 } },
    gateway: { decisions: { alerts: { nowMsMin: 1 } } },
  }),
);

async function send(value: number): Promise<void> {
  atMs += 60_000;
  await sendWatched(at.site, at.sensor, 'fan-1', { timestamp: atMs, vibration_x: value });
}

async function alertWhere(isMeant: (alert: Alert) => boolean, what: string): Promise<Alert> {
  let found: Alert | undefined;
  await until(async () => {
    const { alerts } = await at.site.cloud.json<{ alerts: Alert[] }>('/api/alerts?state=open');
    found = alerts.find(isMeant);
    return found !== undefined;
  }, what);
  return found!;
}

const ofCloud = () => ['--url', at.site.cloud.httpUrl];

it('has the value of now, with its time, and what was told as its history', async () => {
  const firstMs = atMs + 60_000;
  for (const value of [5, 5.1, 5.2]) await send(value);
  const told = await alertWhere(() => true, 'the alert');
  expect(Date.parse(told.prediction.since)).toBe(firstMs);

  for (const value of [5.6, 6.3, 7.4]) await send(value);
  const now = await alertWhere(
    ({ prediction }) => prediction.contributions[0]?.value === 7.4,
    'the alert to follow its machine',
  );
  expect(now).toMatchObject({ alertId: told.alertId, asOf: new Date(atMs).toISOString(), unknown: null });
  expect(now.prediction.reasons[0]).toMatch(
    /^vibration_x 7\.4 mm\/s, above the warning limit of 4\.5 mm\/s for 5 min /,
  );
  expect(now.history).toMatchObject([{ change: 'opened', severity: 'warning' }]);
  expect(now.history[0]!.reasons[0]).toMatch(/^vibration_x 5(\.\d)? mm\/s/);

  for (const value of [9.5, 9.6]) await send(value);
  const worse = await alertWhere(({ prediction }) => prediction.severity === 'critical', 'it to be critical');
  expect(worse.history.map(({ change, severity }) => `${change} ${severity}`)).toEqual([
    'opened warning',
    'updated critical',
  ]);
  await drained(at.site);
  await until(() => toldTo(at.receiver).length >= 2, 'the receiver to be told');
  expect(toldTo(at.receiver)).toEqual(['opened', 'updated']);

  const shown = await harbinger('alerts', 'show', now.alertId, ...ofCloud());
  expect(shown.stderr).toBe('');
  expect(shown.stdout).toMatch(/^State: +critical$/m);
  expect(shown.stdout).toMatch(/^What: +sensor beyond its limit$/m);
  expect(shown.stdout).toMatch(/^ {2}- vibration_x 9\.\d mm\/s, above the alarm limit of 9 mm\/s/m);
  expect(shown.stdout).toMatch(/opened \(warning\): vibration_x 5/);
  expect(shown.stdout).toMatch(/updated \(critical\): vibration_x 9/);
  // One zone, named once, whatever that of the gateway is.
  expect(shown.stdout.match(/^Times: +\S+$| UTC/gm)).toHaveLength(1);
});

it('is unknown once its gateway is gone, and shows no value of before as one of now', async () => {
  await at.site.gateway.stop();
  const { unknown, prediction } = await alertWhere((alert) => alert.unknown !== null, 'it to be unknown');
  expect(unknown!.reason).toContain('is silent since');
  expect(prediction.contributions[0]!.value).toBeNull();
  expect(prediction.reasons[0]).toMatch(/^Last known, at .*: vibration_x 9\.\d mm\/s, above the alarm limit/);
  expect(prediction.reasons[1]).toMatch(/^Whether this still holds is unknown since /);
  const { stdout } = await harbinger('alerts', 'list', ...ofCloud());
  expect(stdout).toMatch(/unknown for \d+ s +Last known, at .*: vibration_x 9/);
});
