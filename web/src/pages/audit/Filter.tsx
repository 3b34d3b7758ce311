import { Button, Group, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useState } from "react";
import { setQuery } from "../../router";
import { t } from "../../texts";
import type { Actors } from "./actors";
import type { AuditFilter } from "./filters";

const texts = t.audit.filter;
const PAUSE = 300;

interface FilterProps {
  filter: AuditFilter;
  actors: Actors;
  /** The beginnings of the acts that may be chosen; all unless given. */
  groups?: readonly string[];
}

/** Which events are shown. It is kept in the address, so it can be sent to a colleague. */
export function Filter({ filter, actors, groups }: FilterProps) {
  const acts = Object.entries(t.audit.groups)
    .filter(([group]) => !groups || groups.includes(group))
    .map(([group, label]) => ({
      group: label,
      items: Object.entries(t.audit.actions)
        .filter(([action]) => action.startsWith(`${group}.`))
        .map(([value, label]) => ({ value, label })),
    }))
    .filter(({ items }) => items.length > 0);
  const unknown = filter.actor && !actors.known.some(({ value }) => value === filter.actor);
  const who = unknown
    ? [...actors.known, { value: filter.actor, label: actors.name(filter.actor) }]
    : [...actors.known];
  const any = Object.values(filter).some(Boolean);
  return (
    <Group align="flex-end" gap="sm" role="search" aria-label={texts.label}>
      <Select
        label={texts.actor}
        placeholder={texts.anybody}
        data={who}
        value={filter.actor || null}
        onChange={(actor) => setQuery({ actor })}
        searchable
        clearable
        clearButtonProps={{ "aria-label": texts.clear }}
        w={{ base: "100%", xs: 210 }}
      />
      <Select
        label={texts.action}
        placeholder={texts.anything}
        data={acts}
        value={filter.action || null}
        onChange={(action) => setQuery({ action })}
        searchable
        clearable
        clearButtonProps={{ "aria-label": texts.clear }}
        w={{ base: "100%", xs: 210 }}
      />
      <Target key={filter.target} value={filter.target} />
      <Day label={texts.from} value={filter.from} onChange={(from) => setQuery({ from })} />
      <Day label={texts.to} value={filter.to} onChange={(to) => setQuery({ to })} />
      {any && (
        <Button
          variant="subtle"
          onClick={() => setQuery({ actor: null, action: null, target: null, from: null, to: null })}
        >
          {texts.clear}
        </Button>
      )}
    </Group>
  );
}

function Target({ value }: { value: string }) {
  const [typed, setTyped] = useState(value);
  const apply = (text: string) => setQuery({ target: text.trim() });
  return (
    <TextInput
      label={texts.target}
      placeholder={texts.targetPlaceholder}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={() => typed.trim() !== value && apply(typed)}
      onKeyDown={(event) => event.key === "Enter" && apply(typed)}
      spellCheck={false}
      w={{ base: "100%", xs: 180 }}
    />
  );
}

function Day({ label, value, onChange }: { label: string; value: string; onChange: (day: string) => void }) {
  const change = useDebouncedCallback(onChange, PAUSE);
  return (
    <TextInput
      type="date"
      label={label}
      key={value}
      defaultValue={value}
      onChange={(event) => change(event.currentTarget.value)}
      w={{ base: "calc(50% - 6px)", xs: 150 }}
    />
  );
}
