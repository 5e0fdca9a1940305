import { arrange, fill, h, setText } from '../dom.ts';
import { niceCeiling } from '../format.ts';
import { empty } from '../parts/empty.ts';
import { urgencyIcon } from '../parts/icons.ts';
import { keyOf, urgencies, urgencyLabels } from '../urgency.ts';
import type { View, ViewContext } from '../view.ts';
import type { Machine, Urgency } from '../wire.ts';
import { type FleetRow, fleetRow } from './fleet-row.ts';

/** While somebody is about to click, rows stay where they are; values go on changing. */
const steadyMs = 4_000;

export function fleetView({ state }: ViewContext): View {
  const rows = new Map<string, FleetRow>();
  const tiles = new Map(urgencies.map((urgency) => [urgency, tile(urgency, () => choose(urgency))]));
  const search = h('input', {
    type: 'search',
    placeholder: 'Find a machine, site or type',
    'aria-label': 'Find a machine, site or type',
    on: { input: () => update(true) },
  });
  const shownText = h('p', { class: 'muted shown', role: 'status' });
  const list = h('ol', { class: 'fleet', on: { pointermove: touched, keydown: moveFocus } });
  const table = h('div', { class: 'fleet-table' }, header(), list);
  const nothing = h('div');
  const element = h(
    'div',
    { class: 'view' },
    h(
      'div',
      { class: 'tiles', role: 'group', 'aria-label': 'Show only' },
      ...[...tiles.values()].map((t) => t.element),
    ),
    h('div', { class: 'tools' }, search, shownText),
    table,
    nothing,
  );
  let chosen: Urgency | null = null;
  let touchedAt = Number.NEGATIVE_INFINITY;

  function touched(): void {
    touchedAt = performance.now();
  }

  function choose(urgency: Urgency): void {
    chosen = chosen === urgency ? null : urgency;
    update(true);
  }

  function moveFocus(event: Event): void {
    const { key } = event as KeyboardEvent;
    if (key !== 'ArrowDown' && key !== 'ArrowUp') return;
    const row = (event.target as Element).closest('li');
    const next = key === 'ArrowDown' ? row?.nextElementSibling : row?.previousElementSibling;
    next?.querySelector('a')?.focus();
    event.preventDefault();
    touched();
  }

  function rowOf(machine: Machine): FleetRow {
    const key = keyOf(machine);
    const row = rows.get(key) ?? fleetRow(machine);
    rows.set(key, row);
    return row;
  }

  function update(reorder = false): void {
    const machines = state.machinesByUrgency();
    const scales = lifeScales(machines);
    const nowMs = state.nowMs();
    for (const machine of machines) {
      const row = rowOf(machine);
      row.set(machine, scales.get(machine.remainingLife?.unit ?? '') ?? 1);
      row.setAge(nowMs);
    }
    for (const [urgency, { set }] of tiles) {
      set(machines.filter((machine) => machine.urgency === urgency).length, chosen === urgency);
    }
    const shown = machines.filter((machine) => matches(machine, chosen, search.value));
    const membersChanged = shown.length !== list.children.length;
    if (reorder || membersChanged || performance.now() - touchedAt > steadyMs) {
      arrange(
        list,
        shown.map((machine) => rowOf(machine).element),
      );
    }
    setText(
      shownText,
      shown.length === machines.length ? '' : `${shown.length} of ${machines.length} machines`,
    );
    showNothing(machines.length, shown.length);
  }

  function showNothing(all: number, shown: number): void {
    table.hidden = shown === 0;
    nothing.hidden = shown > 0;
    const kind = state.heardMs === null ? 'loading' : all === 0 ? 'none' : shown === 0 ? 'filtered' : '';
    if (nothing.dataset.kind === kind) return;
    nothing.dataset.kind = kind;
    if (kind === 'loading') fill(nothing, h('p', { class: 'muted' }, 'Loading machines…'));
    else if (kind === 'none') fill(nothing, noMachines());
    else fill(nothing, empty('No machine matches', h('p', {}, 'Clear the search or the filter above.')));
  }

  update();
  return { title: 'Fleet', element, update: () => update(), dispose() {} };
}

function tile(urgency: Urgency, onClick: () => void) {
  const count = h('b');
  const element = h(
    'button',
    { type: 'button', class: `tile tile-${urgency}`, on: { click: onClick } },
    count,
    h('span', {}, urgencyIcon(urgency), urgencyLabels[urgency]),
  );
  return {
    element,
    set(machines: number, pressed: boolean) {
      setText(count, String(machines));
      element.setAttribute('aria-pressed', String(pressed));
      element.classList.toggle('tile-zero', machines === 0);
    },
  };
}

/** Rows name their own cells where the screen is narrow; this line is for wide ones. */
function header(): HTMLElement {
  const names = ['State', 'Machine', 'Remaining life', 'Health', 'Anomaly', 'Source', 'Last seen'];
  return h(
    'div',
    { class: 'fleet-head', 'aria-hidden': 'true' },
    ...names.map((name) => h('span', {}, name)),
  );
}

/** One scale per unit of life, so that bars of like machines compare. */
function lifeScales(machines: Machine[]): Map<string, number> {
  const scales = new Map<string, number>();
  for (const { remainingLife } of machines) {
    if (!remainingLife) continue;
    scales.set(remainingLife.unit, Math.max(scales.get(remainingLife.unit) ?? 0, remainingLife.p90));
  }
  for (const [unit, max] of scales) scales.set(unit, niceCeiling(max));
  return scales;
}

function matches(machine: Machine, urgency: Urgency | null, search: string): boolean {
  if (urgency !== null && machine.urgency !== urgency) return false;
  const text = `${machine.site} ${machine.machine} ${machine.machineType} ${machine.gateway}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function noMachines(): HTMLElement {
  return empty(
    'No machine has reported yet',
    h(
      'p',
      {},
      'A machine appears here with its first reading. Publish one to a gateway, over MQTT at QoS 1, to',
    ),
    h('pre', {}, 'telemetry/{site}/{machine}'),
    h('p', {}, 'for example'),
    h(
      'pre',
      {},
      `mosquitto_pub -h GATEWAY -p 1883 -u USER -P PASSWORD -q 1 \\\n  -t telemetry/leeds/pump-1 -m '{"temperature": 61.5, "vibration": 2.3}'`,
    ),
    h(
      'p',
      { class: 'muted' },
      'If it does not appear, look at the gateway’s dead letters: harbinger deadletters list',
    ),
  );
}
