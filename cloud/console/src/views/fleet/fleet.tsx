/**
 * The fleet (cloud/console/src/views/fleet): every machine as a row, the most urgent first or by site, and on the wall.
 * fleet-model.ts decides what is shown and when rows may move; the other files only draw. Filters are in the address.
 */
import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';
import { parameter, setParameters } from '../../address/address.ts';
import { follow } from '../../beat.ts';
import { stateLabel, states } from '../../machine-states.ts';
import { StateIcon } from '../../parts/icons.tsx';
import { Empty } from '../../parts/layout/empty.tsx';
import { LongList } from '../../parts/layout/long-list.tsx';
import { SearchBox } from '../../parts/layout/search-box.tsx';
import type { State } from '../../state.ts';
import type { MachineStateName } from '../../wire.ts';
import { texts } from '../../words/words.ts';
import { type FleetItem, type FleetModel, fleetModel, heightOf, itemsOf, mayReorder } from './fleet-model.ts';
import { FleetRow, SiteRow } from './fleet-row.tsx';
import { Wall } from './wall.tsx';

export function FleetView({ state }: { state: State }): VNode {
  const nowMs = follow(state);
  const words = texts().fleet;
  const chosen = states.find((name) => name === parameter('state')) ?? null;
  const filter = { state: chosen, search: parameter('q') };
  const model = fleetModel(state.machinesByState(), filter, state.heardMs !== null);
  const bySite = parameter('by') === 'site';
  const items = useSteady(itemsOf(model.rows, bySite), `${chosen} ${filter.search} ${bySite}`);
  if (parameter('wall') !== '') return <Wall model={model} nowMs={nowMs} />;
  return (
    <div class="view">
      <h1 class="unseen">{texts().frame.fleet}</h1>
      <Tiles tiles={model.tiles} chosen={chosen} />
      <div class="tools">
        <SearchBox label={words.search} text={filter.search} onChange={setParameters} />
        <fieldset class="segments" aria-label={words.order}>
          <button type="button" aria-pressed={!bySite} onClick={() => setParameters({ by: '' })}>
            {words.byUrgency}
          </button>
          <button type="button" aria-pressed={bySite} onClick={() => setParameters({ by: 'site' })}>
            {words.bySite}
          </button>
        </fieldset>
        <p class="muted shown" role="status">
          {model.countText}
        </p>
        <button type="button" class="quiet-button to-wall" onClick={() => setParameters({ wall: '1' })}>
          {words.wall}
        </button>
      </div>
      {model.placeholder === null ? (
        <div class="fleet-table">
          <Headings />
          <LongList
            class="fleet"
            items={items.items}
            keyOf={({ key }) => key}
            heightOf={heightOf}
            onTouched={items.onTouched}
            draw={(item, place) =>
              item.machine ? (
                <FleetRow key={item.key} row={item} nowMs={nowMs} place={place} />
              ) : (
                <SiteRow key={item.key} row={item} place={place} />
              )
            }
          />
        </div>
      ) : (
        <Placeholder of={model.placeholder} />
      )}
    </div>
  );
}

/** Rows keep their places while somebody is about to click; what they say goes on changing. */
function useSteady(wanted: readonly FleetItem[], filter: string) {
  const touchedAt = useRef(Number.NEGATIVE_INFINITY);
  const shown = useRef<{ keys: readonly string[]; filter: string }>({ keys: [], filter: '' });
  const keys = wanted.map(({ key }) => key);
  const untouchedMs = performance.now() - touchedAt.current;
  const mayMove = shown.current.filter !== filter || mayReorder(shown.current.keys, keys, untouchedMs);
  if (mayMove) shown.current = { keys, filter };
  const byKey = mayMove ? null : new Map(wanted.map((item) => [item.key, item]));
  return {
    items: byKey ? shown.current.keys.map((key) => byKey.get(key)!) : wanted,
    onTouched: () => {
      touchedAt.current = performance.now();
    },
  };
}

function Tiles({ tiles, chosen }: { tiles: FleetModel['tiles']; chosen: MachineStateName | null }): VNode {
  return (
    <fieldset class="tiles" aria-label={texts().fleet.showOnly}>
      {tiles
        .filter(({ hidden }) => !hidden)
        .map(({ state, count, pressed }) => (
          <button
            key={state}
            type="button"
            class={`tile tile-${state}${count === 0 ? ' tile-zero' : ''}`}
            aria-pressed={pressed}
            onClick={() => setParameters({ state: state === chosen ? '' : state })}
          >
            <b>{count}</b>
            <span>
              <StateIcon state={state} />
              {stateLabel(state)}
            </span>
          </button>
        ))}
    </fieldset>
  );
}

/** Column headings for wide screens. On narrow ones each cell of a row carries its own label. */
function Headings(): VNode {
  const { state, machine, remainingLife, health, anomaly, source, seen } = texts().fleet;
  return (
    <div class="fleet-head" aria-hidden="true">
      {[state, machine, remainingLife, health, anomaly, source, seen].map((name) => (
        <span key={name}>{name}</span>
      ))}
    </div>
  );
}

function Placeholder({ of }: { of: NonNullable<FleetModel['placeholder']> }): VNode {
  const words = texts().fleet;
  if (of === 'loading') return <p class="muted">{words.loading}</p>;
  if (of === 'no-match')
    return (
      <Empty title={words.noMatch}>
        <p>{words.noMatchHelp}</p>
      </Empty>
    );
  return (
    <Empty title={words.none}>
      <p>{words.noneHelp}</p>
      <pre>{'telemetry/{site}/{machine}'}</pre>
      <p>{words.forExample}</p>
      <pre>
        {`mosquitto_pub -h GATEWAY -p 1883 -u USER -P PASSWORD -q 1 \\\n  -t telemetry/leeds/pump-1 -m '{"temperature": 61.5, "vibration": 2.3}'`}
      </pre>
      <p class="muted">{words.noneElse}</p>
    </Empty>
  );
}
