/**
 * The inbox (cloud/console/src/views/inbox): lines that could not be stored and notifications that have not arrived, with their content and
 * reason. What waits at gateways is on their own pages.
 */
import type { VNode } from 'preact';
import { plantApi } from '../../api/plant-api.ts';
import { useMore } from '../../more.ts';
import { question } from '../../parts/ask.tsx';
import { Section } from '../../parts/layout/section.tsx';
import { texts } from '../../words/words.ts';
import { QuarantineList, UndeliveredList } from './inbox-lists.tsx';

const pageSize = 100;

export function InboxView(): VNode {
  const words = texts().plant.inbox;
  const quarantine = useMore((before) => plantApi.quarantine({ limit: pageSize, before }));
  const dead = useMore((before) => plantApi.deadNotifications({ limit: pageSize, before }));
  const ask = (
    title: string,
    about: string,
    send: () => ReturnType<typeof plantApi.redriveQuarantined>,
    after: () => void,
  ) => {
    question.value = {
      ...{ title, about, verb: words.sendAgain, fields: [] },
      async send() {
        const { redriven, kept, left, reasons } = await send();
        after();
        return words.sentAgain(redriven, kept + left, reasons.join(' '));
      },
    };
  };
  return (
    <div class="view">
      <h1>{texts().frame.inbox}</h1>
      <Section title={words.quarantine} about={words.quarantineAbout} loaded={quarantine.loaded}>
        {(items) => (
          <QuarantineList
            items={items}
            onRedrive={(ids) =>
              ask(
                words.sendAgain,
                words.redriveAbout(ids.length),
                () => plantApi.redriveQuarantined(ids),
                quarantine.reload,
              )
            }
          />
        )}
      </Section>
      {quarantine.hasMore && (
        <button type="button" class="button" onClick={quarantine.more}>
          {texts().plant.audit.older}
        </button>
      )}
      <Section title={words.undelivered} about={words.undeliveredAbout} loaded={dead.loaded}>
        {(items) => (
          <UndeliveredList
            items={items}
            onRedrive={(keys) =>
              ask(
                words.sendAgain,
                words.redeliverAbout(keys.length),
                () => plantApi.redriveNotifications(keys),
                dead.reload,
              )
            }
          />
        )}
      </Section>
      <section class="section">
        <h2>{words.atGateways}</h2>
        <p class="muted lead">{words.atGatewaysAbout}</p>
      </section>
    </div>
  );
}
