/**
 * The fleet (cloud/console/src/views/fleet): every machine as a row, the most urgent first. fleet-model.ts decides
 * what is shown and when rows may move; the other files only draw.
 */
import { arrange, fill, h, setText } from '../../dom.ts';
import { empty } from '../../parts/empty.ts';
import { urgencyIcon } from '../../parts/icons.ts';
import { urgencies, urgencyLabels } from '../../urgency.ts';
import type { View, ViewContext } from '../../view.ts';
import type { Urgency } from '../../wire.ts';
import { type FleetModel, fleetModel, mayReorder } from './fleet-model.ts';
import { type FleetRow, fleetRow } from './fleet-row.ts';

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
  let shownKeys: readonly string[] = [];
  let placeholder: FleetModel['placeholder'] = null;

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

  function update(reorder = false): void {
    const filter = { urgency: chosen, search: search.value };
    const model = fleetModel(state.machinesByUrgency(), filter, state.heardMs !== null);
    const nowMs = state.nowMs();
    for (const { key, machine, lifeScaleMax } of model.rows) {
      const row = rows.get(key) ?? fleetRow(machine);
      rows.set(key, row);
      row.set(machine, lifeScaleMax, nowMs);
    }
    for (const { urgency, count, pressed } of model.tiles) tiles.get(urgency)!.set(count, pressed);
    const wanted = model.rows.map(({ key }) => key);
    if (reorder || mayReorder(shownKeys, wanted, performance.now() - touchedAt)) {
      arrange(
        list,
        wanted.map((key) => rows.get(key)!.element),
      );
      shownKeys = wanted;
    }
    setText(shownText, model.countText);
    table.hidden = model.placeholder !== null;
    nothing.hidden = model.placeholder === null;
    if (model.placeholder !== placeholder) fill(nothing, placeholderElement(model.placeholder));
    placeholder = model.placeholder;
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

/** Column headings for wide screens. On narrow ones each cell of a row carries its own label. */
function header(): HTMLElement {
  const names = ['State', 'Machine', 'Remaining life', 'Health', 'Anomaly', 'Source', 'Last seen'];
  return h(
    'div',
    { class: 'fleet-head', 'aria-hidden': 'true' },
    ...names.map((name) => h('span', {}, name)),
  );
}

function placeholderElement(placeholder: FleetModel['placeholder']): HTMLElement | null {
  switch (placeholder) {
    case 'loading':
      return h('p', { class: 'muted' }, 'Loading machines…');
    case 'no-machines':
      return noMachines();
    case 'no-match':
      return empty('No machine matches', h('p', {}, 'Clear the search or the filter above.'));
    case null:
      return null;
  }
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
