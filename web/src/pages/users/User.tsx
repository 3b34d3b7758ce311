import { Button, Group, Skeleton, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { api, type Schema, versioned } from "../../api/client";
import { Problem } from "../../api/problem";
import { BackLink } from "../../components/BackLink";
import { CopyBlock, CopyValue } from "../../components/Copy";
import { Page } from "../../components/Page";
import { ProblemAlert } from "../../components/ProblemAlert";
import { Section } from "../../components/Section";
import { StatusBadge } from "../../components/StatusBadge";
import { When } from "../../components/Time";
import { useParam, useTenant } from "../../lib/useTenant";
import { to } from "../../routes";
import { NotFound } from "../../shell/NotFound";
import { t } from "../../texts";
import { Access, Answer } from "./Access";
import { EditUser } from "./EditUser";
import { type Json, KNOWN, otherMembers, type Reader, type ReaderRecord, userPath } from "./record";
import classes from "./User.module.css";

/** One reader: the record, and what they may do. */
export default function User() {
  const user = useParam("user");
  return <OneUser key={user} user={user} />;
}

function OneUser({ user }: { user: string }) {
  const tenant = useTenant();
  const [deleted, setDeleted] = useState<Schema<"TokensRevoked"> | null>(null);
  const query = useQuery({
    queryKey: [...tenant.key, "users", "one", user],
    enabled: deleted === null,
    queryFn: () =>
      versioned(
        api.GET("/v1/tenants/{tenant}/users/{user}", {
          params: { path: { tenant: tenant.slug, user } },
          pathSerializer: userPath,
        }),
      ),
  });
  const above = <BackLink to={to("users", { tenant: tenant.slug })}>{t.users.back}</BackLink>;
  if (deleted) {
    return (
      <Page key="deleted" title={t.users.access.done.delete} above={above}>
        <Answer what="delete" answer={deleted} />
      </Page>
    );
  }
  const problem = query.error ? Problem.from(query.error) : null;
  if (problem?.status === 404) return <NotFound />;
  const record = query.data?.data.user as ReaderRecord | undefined;
  const name = typeof record?.username === "string" && record.username ? record.username : user;
  return (
    <Page title={name} above={above} lead={<CopyValue value={user} label={t.users.id} />}>
      <div className={classes.parts}>
        <ProblemAlert problem={problem} retry={() => void query.refetch()} />
        {query.data ? (
          <>
            <Record reader={query.data.data} etag={query.data.etag} />
            {tenant.mayChange("admin") && (
              <Access reader={query.data.data} etag={query.data.etag} deleted={setDeleted} />
            )}
          </>
        ) : (
          !problem && <Skeleton height={320} radius="md" />
        )}
      </div>
    </Page>
  );
}

function Record({ reader, etag }: { reader: Reader; etag: string }) {
  const tenant = useTenant();
  // What was there when the editing began: a change of others' in between must not go unseen.
  const [editing, setEditing] = useState<{ reader: Reader; etag: string } | null>(null);
  if (editing) return <EditUser began={editing} now={{ reader, etag }} done={() => setEditing(null)} />;
  const record = reader.user as ReaderRecord;
  const others = otherMembers(record);
  return (
    <Section
      title={t.users.record.title}
      lead={t.users.record.lead}
      actions={
        tenant.mayChange("admin") && (
          <Button variant="default" size="xs" onClick={() => setEditing({ reader, etag })}>
            {t.users.record.edit}
          </Button>
        )
      }
    >
      <Table layout="fixed" withRowBorders verticalSpacing={6} horizontalSpacing={0}>
        <Table.Tbody>
          <Field name={t.users.state}>
            <Group gap="xs">
              <StatusBadge status={reader.disabled_at ? "disabled" : "active"} />
              {reader.disabled_at && (
                <Text size="sm" c="dimmed">
                  {t.users.record.disabledSince} <When value={reader.disabled_at} />
                </Text>
              )}
            </Group>
          </Field>
          {KNOWN.map((name) => (
            <Field key={name} name={label(name)}>
              <Value name={name} value={record[name]} />
            </Field>
          ))}
          {Object.entries(others).map(([name, value]) => (
            <Field key={name} name={name} code>
              <Value name={name} value={value} />
            </Field>
          ))}
          <Field name={t.users.created}>
            <When value={reader.created_at} />
          </Field>
          <Field name={t.users.updated}>
            <When value={reader.updated_at} />
          </Field>
        </Table.Tbody>
      </Table>
      <CopyBlock label={t.users.record.raw} value={JSON.stringify(record, null, 2)} />
    </Section>
  );
}

export function label(name: (typeof KNOWN)[number]): string {
  const { record } = t.users;
  const labels = {
    username: t.users.username,
    email: t.users.email,
    email_verified: record.emailVerified,
    role: record.role,
    badges: record.badges,
    url: record.url,
    avatar: record.avatar,
    member_since: record.memberSince,
  };
  return labels[name];
}

function Field({ name, code = false, children }: { name: string; code?: boolean; children: ReactNode }) {
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={400} c="dimmed" w="38%" pr="md" style={{ verticalAlign: "top" }}>
        <Text size="sm" inherit={!code} {...(code && { ff: "monospace" })} style={{ overflowWrap: "anywhere" }}>
          {name}
        </Text>
      </Table.Th>
      <Table.Td fz="sm" style={{ overflowWrap: "anywhere" }}>
        {children}
      </Table.Td>
    </Table.Tr>
  );
}

function Value({ name, value }: { name: string; value: Json | undefined }) {
  if (value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)) {
    return (
      <Text span inherit c="dimmed">
        {t.users.record.nothing}
      </Text>
    );
  }
  if (typeof value === "boolean") return value ? t.common.yes : t.common.no;
  if (name === "member_since" && (typeof value === "string" || typeof value === "number")) {
    const time = new Date(typeof value === "number" ? value * 1000 : value);
    return Number.isNaN(time.getTime()) ? String(value) : <When value={time.toISOString()} />;
  }
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value.join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
