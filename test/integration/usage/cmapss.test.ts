import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Lifecycle, Prediction } from '../../../shared/contract/events.ts';
import { windowRowsMin } from '../../../shared/domain/machine-type.ts';
import { loadMachineTypes } from '../../../shared/domain/machine-types.ts';
import { packageRoot } from '../../../shared/files/paths.ts';
import { harbingerJson } from '../cli.ts';
import { eventsOf } from '../pump-sensor.ts';
import { drained, type Site, startSite, statusOf, until } from '../site.ts';
import { sql } from '../stored.ts';

const shared = process.env.HARBINGER_SHARED ?? join(packageRoot, '..', 'shared');
const file = join(shared, 'data', 'cmapss', 'train_FD001.txt');
const present = existsSync(file);
const [engines, rows] = [100, 20_631];
/** Rows per second and engine: the whole file takes about 24 s. */
const speed = 15;
/** Windows that can be assessed: all but those of an engine's first rows. */
const windows = rows - engines * (windowRowsMin(loadMachineTypes().get('turbofan')!) - 1);
/**
 * A machine that is too busy to assess most windows warns late, so the quality of warnings cannot be measured there.
 */
const lookedAtMin = 0.5;

interface ReplaySummary {
  complete: boolean;
  rowsRead: number;
  acked: number;
  machines: number;
  failuresAnnounced: number;
  seconds: number;
}

describe(`NASA C-MAPSS FD001 as ${engines} machines${present ? '' : ` (${file} is not here)`}`, () => {
  let site: Site;

  beforeAll(async () => {
    if (!present) return;
    site = await startSite({
      gateway: {
        machines: [{ match: 'turbofan/*', type: 'turbofan' }],
        intelligence: { intervalMsMin: 0, artefactsDir: join(packageRoot, 'models', 'artefacts') },
        decisions: { alerts: { estimateMsMin: 0 } },
      },
    });
  });
  afterAll(async () => {
    await site?.dispose();
  });

  const replay = (pace: string) =>
    harbingerJson<ReplaySummary>(
      ...['replay', file, '--type', 'turbofan', '--speed', pace],
      ...['--mqtt-url', site.gateway.mqttUrl],
    );

  const stored = async () =>
    (await sql<[number, number]>(site.cloud, 'select count(distinct machine), count(*) from turbofan'))[0];

  it.skipIf(!present)(
    'all rows are stored once, and most engines have an alert before their end (needs the C-MAPSS files)',
    async () => {
      const { gateway, cloud } = site;
      const model = async () => (await statusOf(gateway)).intelligence.model.state;
      await until(async () => (await model()) === 'ready', 'the model');
      const summary = await replay(String(speed));
      expect(summary).toMatchObject({ complete: true, rowsRead: rows, acked: rows, machines: engines });
      expect(summary.failuresAnnounced).toBe(engines);
      await drained(site);
      expect(await stored()).toEqual([engines, rows]);

      await until(
        async () => (await eventsOf<Lifecycle>(site, 'machine.failed')).length === engines,
        'the ends of life in the cloud',
      );
      const endsMs = new Map(
        (await eventsOf<Lifecycle>(site, 'machine.failed')).map(({ subject, time }) => [
          subject,
          Date.parse(time),
        ]),
      );
      const leads = new Map<string, number>();
      for (const { subject, time } of await eventsOf<Prediction>(site, 'prediction.opened')) {
        const lead = ((endsMs.get(subject) ?? 0) - Date.parse(time)) / 1_000;
        if (lead > 0) leads.set(subject, lead * speed);
      }
      // However busy the machine is, each engine's last window is decided on in the end (estimates are whole ms).
      const undecided = async () =>
        await sql(
          cloud,
          `select r.machine from (select machine, max(time) as last from turbofan group by machine) r
           left join (select machine, max(time) as last from estimate group by machine) e
           on e.machine = r.machine where e.last is null or e.last < r.last - interval 1 millisecond`,
        );
      await until(async () => (await undecided()).length === 0, 'every engine’s last window to be decided');
      const healths = await sql<[string, number, number]>(
        cloud,
        `select machine, max(health) filter (where nth = 1), max(health) filter (where nth = n)
         from (select machine, health, row_number() over (partition by machine order by time) as nth,
                      count(*) over (partition by machine) as n from estimate)
         group by machine`,
      );
      const fallen = healths.filter(([, first, last]) => last < first - 0.1).length;
      const { decided } = (await statusOf(gateway)).alerts.decision;
      const lookedAt = decided.active + decided.fallback;
      console.log(
        `${rows} rows in ${summary.seconds} s, ${lookedAt} of ${windows} windows decided ` +
          `(${decided.active} by models, ${decided.fallback} by rules); health fell for ${fallen} of ${healths.length} ` +
          `engines; ${leads.size} of ${engines} were warned of before their end, first by a median of ` +
          `${Math.round([...leads.values()].sort((a, b) => a - b)[leads.size >> 1] ?? 0)} flights`,
      );
      expect(healths).toHaveLength(engines);
      expect(fallen).toBeGreaterThanOrEqual(90);
      if (lookedAt >= lookedAtMin * windows) expect(leads.size).toBeGreaterThan(60);
      else console.log('this machine is too busy to judge the warnings: most windows could not be assessed');
    },
  );

  it.skipIf(!present)(
    'replayed again as fast as possible, it is still stored once (needs the C-MAPSS files)',
    async () => {
      const summary = await replay('max');
      expect(summary).toMatchObject({ complete: true, acked: rows });
      await drained(site);
      expect(await stored()).toEqual([engines, rows]);
      expect(await eventsOf(site, 'machine.failed')).toHaveLength(engines);
      expect((await statusOf(site.gateway)).placement.resends).toBe(rows);
      console.log(`again: ${rows} rows in ${summary.seconds} s, all recognised`);
    },
  );
});
