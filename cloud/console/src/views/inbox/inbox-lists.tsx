import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { failureText } from '../../api/api-failure.ts';
import { plantApi } from '../../api/plant-api.ts';
import type { DeadNotification, Quarantined } from '../../api/plant-wire.ts';
import { dateTime, number } from '../../format.ts';
import { Nothing } from '../../parts/layout/section.tsx';
import { Table } from '../../parts/layout/table.tsx';
import { texts } from '../../words/words.ts';
import { payloadText } from './payload-model.ts';

/** Lines of gateways that could not be stored, each with its content when it is opened. */
export function QuarantineList(props: {
  items: readonly Quarantined[];
  onRedrive(ids: number[]): void;
}): VNode {
  const words = texts().plant.inbox;
  if (props.items.length === 0) return <Nothing text={words.noQuarantine} />;
  return (
    <>
      <p>
        <button type="button" class="button" onClick={() => props.onRedrive(props.items.map(({ id }) => id))}>
          {words.allAgain(props.items.length)}
        </button>
      </p>
      <ul class="stack">
        {props.items.map((item) => (
          <li key={item.id} class="card aside">
            <div class="gateway-head">
              <b>{item.reason}</b>
              <span class="muted">
                {words.from(item.gateway, dateTime(item.atMs), number(item.bytes))} · {item.code}
              </span>
            </div>
            <Payload id={item.id} />
            <button type="button" class="button" onClick={() => props.onRedrive([item.id])}>
              {words.sendAgain}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function Payload({ id }: { id: number }): VNode {
  const [text, setText] = useState<string | null>(null);
  const show = async () => {
    if (text !== null) return;
    try {
      setText(payloadText((await plantApi.quarantined(id)).body));
    } catch (error) {
      setText(failureText(error));
    }
  };
  return (
    <details onToggle={() => void show()}>
      <summary>{texts().plant.inbox.content}</summary>
      <pre>{text ?? texts().frame.loading}</pre>
    </details>
  );
}

/** Notifications of alerts that did not reach their receivers. */
export function UndeliveredList(props: {
  items: readonly DeadNotification[];
  onRedrive(keys: string[]): void;
}): VNode {
  const words = texts().plant.inbox;
  if (props.items.length === 0) return <Nothing text={words.noUndelivered} />;
  return (
    <>
      <p>
        <button
          type="button"
          class="button"
          onClick={() => props.onRedrive(props.items.map(({ key }) => key))}
        >
          {words.allAgain(props.items.length)}
        </button>
      </p>
      <Table
        label={words.undelivered}
        heads={[words.when, words.receiver, words.about, words.why, '']}
        rows={props.items.map(({ key, atMs, notifier, change, event, reason }) => ({
          key,
          cells: [
            dateTime(atMs),
            notifier,
            `${event.subject ?? ''} ${change}`,
            reason,
            <button key="again" type="button" class="button" onClick={() => props.onRedrive([key])}>
              {words.sendAgain}
            </button>,
          ],
        }))}
      />
    </>
  );
}
