/** Changes of machines as a whole that people make: unknown ones are taken in, and those that are gone are taken out of everything that a gateway keeps. */

import type { Clock } from '../shared/runtime/clock.ts';
import type { Decisions } from './decisions/create-decisions.ts';
import { createOnboardingAdmin, type OnboardingAdminParts } from './onboarding/admin.ts';
import type { DataClient } from './pipeline/client.ts';
import type { MachineLessons } from './ports/fleet/lessons.ts';
import type { OnboardingAdmin } from './ports/onboarding/onboarding.ts';
import type { WatchAdmin } from './ports/onboarding/watching.ts';
import type { MachineAdmin, MachineHere, MachineOrSensor } from './ports/retiring.ts';
import type { Source } from './ports/source.ts';
import type { SiteTopics } from './site-topics/site-topics.ts';
import type { SavedBaselines } from './watch/saved-baselines/saved-baselines.ts';
import type { Watch } from './watch/watch.ts';

interface RetirementParts {
  data: Pick<DataClient, 'call'>;
  watch: Pick<Watch, 'retired' | 'relearn' | 'named'> & {
    teaching: Pick<Watch['teaching'], 'teach'>;
    maintenance: Pick<Watch['maintenance'], 'rename'>;
    ownLimits: Pick<Watch['ownLimits'], 'list' | 'set' | 'clear'>;
    levels: Pick<Watch['levels'], 'ofAll'>;
    savedBaselines: Pick<SavedBaselines, 'rename' | 'saveNow'> | null;
  };
  decisions: Pick<Decisions, 'retired'>;
  siteTopics: Pick<SiteTopics, 'retired'>;
  sources(): readonly Pick<Source, 'retained'>[];
  lessons: Pick<MachineLessons, 'relearnt' | 'renamed'>;
  clock: Pick<Clock, 'nowMs'>;
}

export function createOnboarding(
  parts: Omit<OnboardingAdminParts, 'data'> & Pick<RetirementParts, 'data'>,
): OnboardingAdmin {
  const { data } = parts;
  const calls: OnboardingAdminParts['data'] = {
    waiting: (limit) => data.call('machinesWaiting', limit),
    accept: (rule, who) => data.call('machinesAccept', rule, who),
    ignore: (match, who) => data.call('machinesIgnore', match, who),
    declared: () => data.call('machinesDeclared'),
    undo: (match, who) => data.call('machinesUndo', match, who),
    addType: (type) => data.call('addType', type),
  };
  return createOnboardingAdmin({ ...parts, data: calls });
}

/** The data thread's stream of what arrives, for people who watch. */
export function watchingAt(data: Pick<DataClient, 'call'>): WatchAdmin {
  return {
    open: (filter) => data.call('watchOpen', filter),
    take: (id) => data.call('watchTake', id),
    close: (id) => data.call('watchClose', id),
  };
}

/** All that a gateway may know. */
const listedMax = 100_000;

export function createRetirement({
  data,
  watch,
  decisions,
  siteTopics,
  sources,
  lessons,
  clock,
}: RetirementParts): MachineAdmin {
  return {
    async list(limit) {
      const machines = await data.call('machinesList', limit);
      const times = await watch.levels.ofAll(machines);
      return machines.map((machine, i) => ({ ...machine, timeToLimit: times[i]! }));
    },
    async knows({ site, machine }) {
      const known = await data.call('machinesList', listedMax);
      return known.some(
        (one) =>
          (site === undefined || one.site === site) && (machine === undefined || one.machine === machine),
      );
    },
    async rename(from, to, who) {
      // First, so that nothing is raised about it under its new name.
      const windows = await watch.maintenance.rename(from, to);
      const { ownLimits } = watch;
      const own = (of: MachineHere) => ownLimits.list(of).filter((one) => one.from === 'machine');
      const there = new Set(own(to).map(({ sensor }) => sensor));
      const moved = own(from).filter(({ sensor }) => !there.has(sensor));
      for (const { sensor, limits } of moved) await ownLimits.set({ ...to, sensor }, limits, who);
      await ownLimits.clear(from, who);
      lessons.renamed(from, to);
      const isNormal = watch.savedBaselines?.rename(from, to) ?? false;
      const isSaved = await saved(to, isNormal);
      return { windows, limits: moved.length, isNormal, isSaved };
    },
    async relearn(machine, said) {
      const outcome = watch.relearn(machine.site, machine.machine, said);
      // False alarms of before count no more from now on, also for a machine that sends nothing for long.
      if (outcome.isKnown) lessons.relearnt(machine, clock.nowMs());
      return { ...outcome, isSaved: await saved(machine, outcome.hasChanged) };
    },
    async teach(machine, lesson) {
      const outcome = watch.teaching.teach(machine, lesson);
      return { ...outcome, isSaved: await saved(machine, outcome.isTaught) };
    },
    async named(machine, { note }) {
      const isNoted = watch.named(machine, note);
      const isSaved = await saved(machine, isNoted === true);
      return { isKnown: isNoted !== null, isNoted: isNoted === true, isSaved };
    },
    async retire(those) {
      const kept = sources().flatMap((source) => source.retained?.() ?? []);
      const topics = kept.flatMap((each) => each.topics());
      // The data thread is first, so that nothing that it still sends can bring a machine back.
      const found = await data.call('machinesRetire', those, topics);
      const retired = [...found.retired];
      const unknown: MachineOrSensor[] = [];
      const isMachine = ({ sensor }: MachineOrSensor) => sensor === undefined;
      // All of them at once: one that sends while the others are waited for is a new machine, which must not be forgotten.
      const learnt = new Set(
        those.filter((one) => isMachine(one) && watch.retired(one.site, one.machine)).map(keyOf),
      );
      for (const one of found.retired) if (isMachine(one)) await endAlerts(one);
      // After a restart, a machine may be known by its open alerts or its baseline alone.
      for (const one of found.unknown) {
        const isKnown = isMachine(one) && ((await endAlerts(one)) || learnt.has(keyOf(one)));
        (isKnown ? retired : unknown).push(one);
      }
      let retainedMessages = 0;
      for (const each of kept) retainedMessages += await each.remove(found.topics);
      return { retired, unknown, retainedMessages };
    },
  };

  /** Saves what a person has changed before they are told so: a crash must not lose what was confirmed. */
  async function saved(machine: MachineHere, hasChanged: boolean): Promise<boolean> {
    return !hasChanged || ((await watch.savedBaselines?.saveNow(keyOf(machine))) ?? false);
  }

  /** Returns whether alerts of the machine were known. */
  async function endAlerts({ site, machine }: MachineOrSensor): Promise<boolean> {
    const hadAlerts = await decisions.retired(site, machine);
    siteTopics.retired(site, machine);
    return hadAlerts;
  }
}

const keyOf = ({ site, machine }: MachineOrSensor) => `${site}/${machine}`;
