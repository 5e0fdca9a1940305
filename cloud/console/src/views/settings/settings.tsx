/**
 * Settings (cloud/console/src/views/settings): who may do what, who is told of alerts, and maintenance. What is set in configuration
 * files is shown by the commands that read them.
 */
import type { VNode } from 'preact';
import { api } from '../../api/api.ts';
import { plantApi } from '../../api/plant-api.ts';
import type { NotifierState } from '../../api/plant-wire.ts';
import { follow } from '../../beat.ts';
import { age, dateTime } from '../../format.ts';
import { useLoaded } from '../../loaded.ts';
import { question, whoField } from '../../parts/ask.tsx';
import { Nothing, Section } from '../../parts/layout/section.tsx';
import { Table } from '../../parts/layout/table.tsx';
import type { State } from '../../state.ts';
import type { MaintenanceSpan } from '../../wire.ts';
import { texts } from '../../words/words.ts';
import { People } from './people.tsx';

const refreshMs = 15_000;

export function SettingsView({ state }: { state: State }): VNode {
  const nowMs = follow(state);
  const words = texts().plant.settings;
  const receivers = useLoaded(plantApi.receivers, 'receivers', refreshMs);
  const maintenance = useLoaded(api.maintenance, 'maintenance', refreshMs);
  const test = (name: string) => {
    question.value = {
      ...{ title: words.test, about: words.testAbout(name), verb: words.test, fields: [whoField()] },
      async send({ who = '' }) {
        await plantApi.testReceiver(name, who.trim());
        receivers.reload();
        return words.tested(name);
      },
    };
  };
  return (
    <div class="view">
      <h1>{texts().frame.settings}</h1>
      <People />
      <Section title={words.receivers} about={words.receiversAbout} loaded={receivers}>
        {({ receivers: found }) => <Receivers receivers={found} nowMs={nowMs} onTest={test} />}
      </Section>
      <Section title={words.maintenance} about={words.maintenanceAbout} loaded={maintenance}>
        {({ windows }) => <Maintenance windows={windows} />}
      </Section>
    </div>
  );
}

export function Receivers(props: {
  receivers: readonly NotifierState[];
  nowMs: number;
  onTest(name: string): void;
}): VNode {
  const words = texts().plant.settings;
  if (props.receivers.length === 0) return <Nothing text={words.noReceiver} help={words.noReceiverHelp} />;
  return (
    <Table
      label={words.receivers}
      heads={words.receiverHeads}
      rows={props.receivers.map(({ name, confirmedMs, failingSinceMs, lastError, waiting, summedUp }) => ({
        key: name,
        cells: [
          <b key="name">{name}</b>,
          failingSinceMs === null ? (
            confirmedMs === null ? (
              words.neverConfirmed
            ) : (
              words.confirmed(age(props.nowMs - confirmedMs))
            )
          ) : (
            <span key="fails" class="not-as-wanted">
              {words.fails(dateTime(failingSinceMs), lastError ?? '')}
            </span>
          ),
          String(waiting + summedUp),
          <button key="test" type="button" class="button" onClick={() => props.onTest(name)}>
            {words.test}…
          </button>,
        ],
      }))}
    />
  );
}

export function Maintenance({ windows }: { windows: readonly MaintenanceSpan[] }): VNode {
  const words = texts().plant.settings;
  if (windows.length === 0) return <Nothing text={words.noMaintenance} help={words.noMaintenanceHelp} />;
  return (
    <Table
      label={words.maintenance}
      heads={words.maintenanceHeads}
      rows={windows.map(({ gateway, windowId, site, machine, fromMs, toMs, by, note }) => ({
        key: `${gateway} ${windowId}`,
        cells: [
          site === undefined
            ? texts().fleet.gateway(gateway)
            : machine === undefined
              ? site
              : `${site}/${machine}`,
          dateTime(fromMs),
          dateTime(toMs),
          note === undefined ? by : `${by}: ${note}`,
        ],
      }))}
    />
  );
}
