import { dayMs, minuteMs } from '../plant/calendar.ts';
import type { Machine } from '../plant/machines.ts';
import type { YearPlan } from '../truth/draw.ts';
import { untilEnd } from '../truth/event.ts';

const hourMs = 60 * minuteMs;

/** Names what was going on at a machine, where the reason of an alert without cause is looked for. */
export function circumstanceOf(plan: YearPlan, machine: Machine, nowMs: number): string {
  const { events } = plan;
  const began = (kind: string, withinMs: number) =>
    events.some(
      (event) =>
        event.kind === kind &&
        (event.gateway === null || event.gateway === machine.gateway) &&
        nowMs >= event.fromMs &&
        nowMs < event.fromMs + withinMs,
    );
  if (began('restart of a gateway', 2 * hourMs)) return 'after a restart of the gateway';
  if (began('change of the clocks', dayMs)) return 'day on which the clocks change';
  const own = events.filter((event) => event.machine === machine && event.fromMs <= nowMs);
  const active = own.find((event) => event.tellings.length === 0 && nowMs < event.toMs);
  if (active && nowMs < active.fromMs + 30 * dayMs) return `during: ${active.kind}`;
  const last = own
    .filter((event) => event.toMs <= nowMs)
    .sort((a, b) => untilEnd(a) - untilEnd(b))
    .at(-1);
  if (last && nowMs < untilEnd(last) + 2 * dayMs) return `after: ${last.kind}`;
  const { isRunning, minutesSince, minutesOfProduct } = machine.operation;
  const state = isRunning ? 'running' : 'at rest';
  if (minutesSince <= 90) return `within 90 min of a ${isRunning ? 'start' : 'stop'}`;
  if (minutesOfProduct <= 360) return 'within 6 h of a change of product';
  if (nowMs < plan.fromMs + 10 * dayMs) return `first ten days, ${state}`;
  return state;
}
