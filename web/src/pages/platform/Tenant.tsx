import { Alert, Button, Skeleton, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, ok, type Schema, versioned } from "../../api/client";
import { Problem } from "../../api/problem";
import { refreshSession, useMe } from "../../auth/session";
import { BackLink } from "../../components/BackLink";
import { ConfirmByTyping } from "../../components/ConfirmByTyping";
import { IconAlertTriangle } from "../../components/icons";
import { Link } from "../../components/Link";
import { Page } from "../../components/Page";
import { ProblemAlert } from "../../components/ProblemAlert";
import { Section } from "../../components/Section";
import { When } from "../../components/Time";
import { percent } from "../../lib/format";
import { useChange } from "../../lib/useChange";
import { useParam } from "../../lib/useTenant";
import { to } from "../../routes";
import { NotFound } from "../../shell/NotFound";
import { t } from "../../texts";
import { Quota } from "./Quota";
import { Suspend } from "./Suspend";

type Detail = Schema<"PlatformTenantDetail">;
const texts = t.platform.one;

/** One newsroom, as the platform sees it. */
export default function Tenant() {
  const tenant = useParam("tenant");
  const { memberships } = useMe();
  const key = ["platform", "tenant", tenant];
  const [doing, setDoing] = useState<"suspend" | "resume" | null>(null);
  const query = useQuery({
    queryKey: key,
    queryFn: () => versioned(api.GET("/v1/platform/tenants/{tenant}", { params: { path: { tenant } } })),
  });
  const resume = useChange({
    invalidate: [["platform"]],
    said: texts.resume.done,
    run: () => ok(api.POST("/v1/platform/tenants/{tenant}/resume", { params: { path: { tenant } } })),
    done: async () => {
      setDoing(null);
      await refreshSession();
    },
  });
  if (query.error && Problem.from(query.error).status === 404) return <NotFound />;
  const one = query.data?.data;
  const suspended = one?.status === "suspended";
  return (
    <Page
      title={one?.name ?? tenant}
      lead={
        one && (
          <>
            {one.slug} · {texts.made} <When value={one.created_at} />
          </>
        )
      }
      above={<BackLink to={to("platformTenants")}>{texts.back}</BackLink>}
      actions={
        one && (
          <>
            {memberships.some((one) => one.tenant === tenant) && (
              <Button component={Link} to={to("overview", { tenant })} variant="default">
                {texts.open}
              </Button>
            )}
            <Button variant="default" onClick={() => setDoing(suspended ? "resume" : "suspend")}>
              {suspended ? texts.resume.action : texts.suspend.action}…
            </Button>
          </>
        )
      }
    >
      {query.error && <ProblemAlert problem={Problem.from(query.error)} retry={() => void query.refetch()} />}
      {!one && !query.error && [320, 120, 160].map((height) => <Skeleton key={height} height={height} radius="md" />)}
      {one && query.data && (
        <Stack>
          {suspended && (
            <Alert color="orange" icon={<IconAlertTriangle aria-hidden />} title={texts.suspended}>
              <Text size="sm" style={{ overflowWrap: "anywhere" }}>
                {texts.suspendedBody(one.suspended_reason ?? "")}
              </Text>
            </Alert>
          )}
          <Quota key={query.data.etag} one={one} etag={query.data.etag} />
          <Requests one={one} />
          <Deployments one={one} />
          {doing === "suspend" && <Suspend one={one} close={() => setDoing(null)} />}
          <ConfirmByTyping
            opened={doing === "resume"}
            close={() => setDoing(null)}
            title={texts.resume.title(one.name)}
            action={texts.resume.submit}
            change={resume}
            danger={false}
          >
            <Text size="sm">{texts.resume.body}</Text>
          </ConfirmByTyping>
        </Stack>
      )}
    </Page>
  );
}

function Requests({ one: { requests, refused } }: { one: Detail }) {
  return (
    <Section title={texts.usage.title}>
      {requests === 0 ? (
        <Text c="dimmed" size="sm">
          {texts.usage.none}
        </Text>
      ) : (
        <div>
          <Text size="xl" fw={620}>
            {texts.usage.requests(requests)}
          </Text>
          <Text size="sm" c="dimmed">
            {texts.usage.refused(refused, percent(refused / requests))}
          </Text>
        </div>
      )}
    </Section>
  );
}

function Deployments({ one }: { one: Detail }) {
  const [issuer, setIssuer] = useState<string | null>(null);
  const release = useChange({
    invalidate: [["platform"]],
    said: texts.deployments.released,
    run: () => ok(api.POST("/v1/platform/issuers/release", { body: { issuer: issuer ?? "" } })),
    done: () => setIssuer(null),
  });
  return (
    <Section title={texts.deployments.title} lead={texts.deployments.lead}>
      <Table.ScrollContainer minWidth={320} type="native">
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{texts.deployments.name}</Table.Th>
              <Table.Th scope="col">{texts.deployments.issuer}</Table.Th>
              <Table.Td />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {one.deployments.map(({ name, kind, issuer }) => (
              <Table.Tr key={name}>
                <Table.Td>
                  <Text size="sm" fw={550}>
                    {name}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {kind === "coral" ? "Coral" : "Talk v4"}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <Text size="sm" miw={130} style={{ overflowWrap: "anywhere" }} {...(!issuer && { c: "dimmed" })}>
                    {issuer ?? texts.deployments.none}
                  </Text>
                </Table.Td>
                <Table.Td ta="right">
                  {issuer && (
                    <Button
                      size="compact-sm"
                      variant="default"
                      onClick={() => setIssuer(issuer)}
                      aria-label={texts.deployments.releaseOf(issuer)}
                    >
                      {texts.deployments.release}
                    </Button>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <ConfirmByTyping
        opened={issuer !== null}
        close={() => setIssuer(null)}
        title={texts.deployments.releaseTitle}
        action={texts.deployments.releaseSubmit}
        change={release}
        word={one.slug}
      >
        <Text size="sm" fw={550} style={{ overflowWrap: "anywhere" }}>
          {issuer}
        </Text>
        <Text size="sm">{texts.deployments.releaseBody}</Text>
      </ConfirmByTyping>
    </Section>
  );
}
