import type { VNode } from 'preact';
import { ApiFailure } from '../../api/api-failure.ts';
import { plantApi } from '../../api/plant-api.ts';
import type { Person, Role } from '../../api/plant-wire.ts';
import { dateTime } from '../../format.ts';
import { useLoaded } from '../../loaded.ts';
import { question } from '../../parts/ask.tsx';
import { AddButton, Nothing, Section } from '../../parts/layout/section.tsx';
import { Table } from '../../parts/layout/table.tsx';
import { texts } from '../../words/words.ts';
import { newToken } from './token.ts';

const roles: readonly Role[] = ['viewer', 'operator', 'admin'];
const kinds = ['user', 'token'] as const;

/** People and programs that may sign in, for those who may see them. */
export function People(): VNode {
  const words = texts().plant.people;
  const loaded = useLoaded(plantApi.people, 'people');
  const add = () => {
    question.value = {
      ...{ title: words.add, about: words.addAbout, verb: words.add },
      fields: [
        { name: 'name', label: words.name, isRequired: true },
        {
          ...{ name: 'kind', label: words.kind, value: 'user', isRequired: true },
          choices: kinds.map((value) => ({ value, label: words.kinds[value] })),
        },
        {
          ...{ name: 'role', label: words.role, value: 'operator', isRequired: true },
          choices: roles.map((value) => ({ value, label: words.roles[value] })),
        },
      ],
      async send({ name = '', kind, role }) {
        const { token, tokenHash } = await newToken();
        await plantApi.setPerson({
          name: name.trim(),
          kind: kind as Person['kind'],
          role: role as Role,
          tokenHash,
        });
        loaded.reload();
        return words.token(token);
      },
    };
  };
  const revoke = (name: string) => {
    question.value = {
      ...{ title: words.revoke, about: words.revokeAbout(name), verb: words.revoke, fields: [] },
      async send() {
        await plantApi.revoke(name);
        loaded.reload();
        return undefined;
      },
    };
  };
  const { error } = loaded;
  if (error instanceof ApiFailure && error.status === 403)
    return (
      <section class="section">
        <h2>{words.title}</h2>
        <Nothing text={words.noRight} help={words.noRightHelp} />
      </section>
    );
  return (
    <Section
      title={words.title}
      about={words.about}
      loaded={loaded}
      action={<AddButton label={words.add} onClick={add} />}
    >
      {({ people }) => <PeopleTable people={people} onRevoke={revoke} />}
    </Section>
  );
}

export function PeopleTable(props: { people: readonly Person[]; onRevoke(name: string): void }): VNode {
  const words = texts().plant.people;
  if (props.people.length === 0) return <Nothing text={words.none} help={words.noneHelp} />;
  return (
    <Table
      label={words.title}
      heads={words.heads}
      rows={props.people.map(({ name, kind, role, addedMs, by, untilMs, note }) => ({
        key: name,
        cells: [
          <b key="name">{name}</b>,
          words.kinds[kind],
          words.roles[role],
          `${dateTime(addedMs)}${by === '' ? '' : `, ${by}`}`,
          untilMs === undefined ? words.noEnd : dateTime(untilMs),
          note ?? '',
          <button key="revoke" type="button" class="button" onClick={() => props.onRevoke(name)}>
            {words.revoke}…
          </button>,
        ],
      }))}
    />
  );
}
