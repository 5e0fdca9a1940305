import type { VNode } from 'preact';
import { plantApi } from '../../api/plant-api.ts';
import type { AuditEntry } from '../../api/plant-wire.ts';
import { dateTime } from '../../format.ts';
import { useMore } from '../../more.ts';
import { Nothing, Section } from '../../parts/layout/section.tsx';
import { Table } from '../../parts/layout/table.tsx';
import { texts } from '../../words/words.ts';

const pageSize = 100;

/** Changes that people have made: who, when, from where, and how each ended. */
export function AuditView(): VNode {
  const words = texts().plant.audit;
  const pages = useMore((before) => plantApi.audit({ limit: pageSize, before }));
  return (
    <div class="view">
      <h1>{texts().frame.audit}</h1>
      <Section title={words.latest} about={words.about} loaded={pages.loaded}>
        {(items) => <AuditTable entries={items} />}
      </Section>
      {pages.hasMore && (
        <button type="button" class="button" onClick={pages.more}>
          {words.older}
        </button>
      )}
    </div>
  );
}

export function AuditTable({ entries }: { entries: readonly AuditEntry[] }): VNode {
  const words = texts().plant.audit;
  if (entries.length === 0) return <Nothing text={words.none} help={words.noneHelp} />;
  return (
    <Table
      label={words.latest}
      heads={[words.when, words.who, words.what, words.subject, words.outcome]}
      rows={entries.map(({ atMs, by, address, action, subject, outcome }, i) => ({
        key: `${atMs} ${i}`,
        cells: [
          dateTime(atMs),
          <span key="by" title={address}>
            {by}
          </span>,
          action,
          subject,
          outcome ?? words.asked,
        ],
      }))}
    />
  );
}
