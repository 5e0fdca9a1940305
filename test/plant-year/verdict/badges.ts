import { viewsOf } from '../../../cloud/api/machine-view.ts';
import type { Machine } from '../plant/machines.ts';
import type { CloudState } from '../product/cloud.ts';
import type { YearPlan } from '../truth/draw.ts';

/** The badge of each machine, by name, as the cloud's API gives it. The one place that knows what badges are made from. */
export function badgesOf({ operations, contacts }: CloudState, nowMs: number): Map<string, string> {
  const views = viewsOf(operations.machines.all(), operations.alerts.all('open'), {
    nowMs,
    typeOf: () => undefined,
    contactOf: (gateway) => contacts.of(gateway),
    maintenanceOf: (name) => operations.maintenance.of(name),
    trouble: null,
  });
  return new Map(views.map(({ machine, state }) => [machine, state]));
}

/** Looks at the badges every hour. */
export class Badges {
  /** Hours of machines that were looked at; of these, those in which something was wrong and due to be known … */
  hours = 0;
  wrongHours = 0;
  /** … and of these, those in which the badge said OK. */
  okHours = 0;
  readonly okByKind = new Map<string, number>();
  private readonly plan: YearPlan;
  private readonly machines: readonly Machine[];

  constructor(plan: YearPlan, machines: readonly Machine[]) {
    this.plan = plan;
    this.machines = machines;
  }

  look(nowMs: number, state: CloudState | null): void {
    if (!state) return;
    const badges = badgesOf(state, nowMs);
    for (const machine of this.machines) {
      this.hours++;
      const event = this.plan.events.find(
        ({ tellings, toMs, ...about }) =>
          tellings.some(({ latestMs, where }) => where === 'cloud' && nowMs >= latestMs) &&
          nowMs < toMs &&
          (about.machine === machine || (about.machine === null && about.gateway === machine.gateway)),
      );
      if (!event) continue;
      this.wrongHours++;
      if (badges.get(machine.name) !== 'ok') continue;
      this.okHours++;
      this.okByKind.set(event.kind, (this.okByKind.get(event.kind) ?? 0) + 1);
    }
  }
}
