/**
 * The fleet (cloud/console/src/views/fleet): every machine as a row, the most urgent first. fleet-model.ts decides
 * what is shown and when rows may move; the other files only draw.
 */
import { arrange, fill, h, setText } from '../../dom.ts';
import { stateLabels, states } from '../../machine-states.ts';
import { empty } from '../../parts/empty.ts';
import { stateIcon } from '../../parts/icons.ts';
import type { View, ViewContext } from '../../view.ts';
import type { MachineStateName } from '../../wire.ts';
import { type FleetModel, fleetModel, mayReorder } from './fleet-model.ts';
import { type FleetRow, fleetRow } from './fleet-row.ts';

export function fleetView({ state }: ViewContext): View {
  const rows = new Map<string, FleetRow>();
  const tiles = new Map(states.map((name) => [name, tile(name, () => choose(name))]));
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
  let chosen: MachineStateName | null = null;
  let touchedAt = Number.NEGATIVE_INFINITY;
  let shownKeys: readonly string[] = [];
  let placeholder: FleetModel['placeholder'] = null;

  function touched(): void {
    touchedAt = performance.now();
  }

  function choose(name: MachineStateName): void {
    chosen = chosen === name ? null : name;
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
    const filter = { state: chosen, search: search.value };
    const model = fleetModel(state.machinesByState(), filter, state.heardMs !== null);
    const nowMs = state.nowMs();
    for (const { key, machine, lifeScaleMax } of model.rows) {
      const row = rows.get(key) ?? fleetRow(machine);
      rows.set(key, row);
      row.set(machine, lifeScaleMax, nowMs);
    }
    for (const { state: name, ...shown } of model.tiles) tiles.get(name)!.set(shown);
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

function tile(state: MachineStateName, onClick: () => void) {
  const count = h('b');
  const element = h(
    'button',
    { type: 'button', class: `tile tile-${state}`, on: { click: onClick } },
    count,
    h('span', {}, stateIcon(state), stateLabels[state]),
  );
  return {
    element,
    set({ count: machines, pressed, hidden }: Omit<FleetModel['tiles'][number], 'state'>) {
      setText(count, String(machines));
      element.hidden = hidden;
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
