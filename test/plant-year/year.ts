/**
 * A year of a plant (test/plant-year): the product's own code, from the typed columns of the intake to the notification
 * that a person gets, on a simulated clock. plant/ has the machines, truth/ what happens to them and should be told,
 * product/ the code under judgement, verdict/ compares what was told with the truth. A seed says everything.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { nextTurn } from '../../shared/runtime/clock.ts';
import { type ManualClock, manualClock } from '../../shared/runtime/manual-clock.ts';
import { minuteMs, momentOf } from './plant/calendar.ts';
import { gatewayNames, plantMachines, plantTypes } from './plant/machines.ts';
import { PlantCloud } from './product/cloud.ts';
import { gatewaySlackMs, PlantGateway } from './product/gateway.ts';
import { drawYear } from './truth/draw.ts';
import { Badges } from './verdict/badges.ts';
import { judge, type YearVerdict } from './verdict/judge.ts';
import { Told } from './verdict/told.ts';
import { World } from './world.ts';

export interface YearOptions {
  seed: number;
  /** A whole year if absent. Below 200 days there is no room for slow wear. */
  days?: number;
  /** An empty folder for the gateways' files. */
  folder: string;
}

const hourMinutes = 60;

/** Lives through one year and judges it. */
export async function liveYear({ seed, days, folder }: YearOptions): Promise<YearVerdict> {
  const types = plantTypes();
  const machines = plantMachines(seed, types);
  const plan = drawYear(seed, machines, days);
  const clock = manualClock(plan.fromMs);
  const told = new Told(plan, machines, () => clock.nowMs());
  const cloud = new PlantCloud(clock, (notification) => told.note('cloud', notification));
  const gateways = new Map(
    gatewayNames.map((name) => [
      name,
      new PlantGateway({
        ...{ name, types, folder: join(folder, name), world: clock },
        saidAtSite: (change) => told.noteSite(name, change),
      }),
    ]),
  );
  const badges = new Badges(plan, machines);
  const world = new World({ plan, machines, gateways, cloud });
  try {
    await world.begin();
    const all = [...gateways.values()];
    const minutes = (plan.toMs - plan.fromMs) / minuteMs;
    for (let minute = 0; minute < minutes; minute++) {
      await world.live(momentOf(clock.nowMs()));
      if (minute % hourMinutes === 0) badges.look(clock.nowMs(), cloud.state);
      await passMinute(clock, all);
    }
    return judge({ seed, plan, machines, told, badges });
  } finally {
    await world.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lets a minute pass: all timers of a moment run, and what they begin is decided before the next moment. */
async function passMinute(clock: ManualClock, gateways: readonly PlantGateway[]): Promise<void> {
  for (let passedMs = 0; passedMs < minuteMs; passedMs += gatewaySlackMs) {
    clock.advanceNow(gatewaySlackMs);
    await null;
    for (const gateway of gateways) if (!gateway.isSettled) await gateway.settled();
  }
  await nextTurn();
}
