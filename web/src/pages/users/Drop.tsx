import { Button, FileButton, Stack, Text } from "@mantine/core";
import { type DragEvent, useRef, useState } from "react";
import { IconUpload } from "../../components/icons";
import { t } from "../../texts";
import classes from "./Drop.module.css";

/** Where a file is dropped, or chosen with a button. */
export function Drop({ choose }: { choose: (file: File) => void }) {
  const [over, setOver] = useState(false);
  const [many, setMany] = useState(false);
  // Entering a child leaves the parent: what counts is how often each was said.
  const depth = useRef(0);
  const move = (by: number) => {
    depth.current = Math.max(0, depth.current + by);
    setOver(depth.current > 0);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    depth.current = 0;
    setOver(false);
    const files = Array.from(event.dataTransfer.files);
    setMany(files.length > 1);
    const [file] = files;
    if (files.length === 1 && file) choose(file);
  };
  return (
    <Stack
      className={classes.drop ?? ""}
      data-over={over || undefined}
      align="center"
      gap="xs"
      onDragEnter={() => move(1)}
      onDragLeave={() => move(-1)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={drop}
    >
      <IconUpload size={28} stroke={1.5} aria-hidden />
      <Text fw={550}>{over ? t.users.import.dropNow : t.users.import.drop}</Text>
      <Text size="sm" c="dimmed" ta="center">
        {t.users.import.or}
      </Text>
      <FileButton
        onChange={(file) => file && choose(file)}
        accept=".csv,.tsv,.ndjson,.jsonl,.json,text/csv,application/x-ndjson,application/json"
      >
        {(props) => (
          <Button {...props} mt="xs">
            {t.users.import.choose}
          </Button>
        )}
      </FileButton>
      {many && (
        <Text size="sm" role="alert" c="var(--mantine-color-error)">
          {t.users.import.one}
        </Text>
      )}
    </Stack>
  );
}
