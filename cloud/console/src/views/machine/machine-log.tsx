import type { VNode } from 'preact';
import { api } from '../../api/api.ts';
import { dateTime } from '../../format.ts';
import { useLoaded } from '../../loaded.ts';
import { question, whoField } from '../../parts/ask.tsx';
import { AddButton, Nothing, Section } from '../../parts/layout/section.tsx';
import { type LogEntry, logKinds, type MachineAddress } from '../../wire.ts';
import { texts } from '../../words/words.ts';

/** Deeds of people at the machine: a list, and a way to write more down. */
export function MachineLog({ address }: { address: MachineAddress }): VNode {
  const words = texts().machine.log;
  const loaded = useLoaded(() => api.machineLog(address), address);
  const add = () => {
    question.value = {
      ...{ title: words.add, about: words.addAbout, verb: words.add },
      fields: [
        {
          ...{ name: 'kind', label: words.what, value: 'repaired', isRequired: true },
          choices: logKinds.map((value) => ({ value, label: words.kinds[value] })),
        },
        { name: 'note', label: texts().alerts.note, isRequired: true },
        whoField(),
      ],
      async send({ kind = 'note', note = '', who = '' }) {
        await api.writeLog({ ...address, kind, note: note.trim(), by: who.trim() });
        loaded.reload();
        return undefined;
      },
    };
  };
  return (
    <Section title={words.title} loaded={loaded} action={<AddButton label={words.add} onClick={add} />}>
      {({ entries }) => <LogList entries={entries} />}
    </Section>
  );
}

export function LogList({ entries }: { entries: readonly LogEntry[] }): VNode {
  const words = texts().machine.log;
  if (entries.length === 0) return <Nothing text={words.none} help={words.noneHelp} />;
  return (
    <ul class="reasons">
      {entries.map(({ entryId, kind, atMs, by, note }) => (
        <li key={entryId}>
          <b>{words.kinds[kind] ?? kind}</b> <span class="muted">{dateTime(atMs)}</span>{' '}
          {[by, note].filter((text) => text !== '').join(': ')}
        </li>
      ))}
    </ul>
  );
}
