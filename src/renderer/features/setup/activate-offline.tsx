import { ORPCError } from '@orpc/client';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { encodingOf } from '../../../contract/file-encoding.ts';
import { Button } from '../../components/button.tsx';
import { FileDrop } from '../../components/file-drop.tsx';
import { TroubleView } from '../../components/trouble-view.tsx';
import { useAnnounce } from '../../lib/announcer.tsx';
import { useFormat } from '../../lib/format-context.tsx';
import { saveFile } from '../../lib/save-file.ts';
import { useAction } from '../../lib/use-action.ts';
import { useClient } from '../../lib/window-context.tsx';
import { keyError } from './key-error.ts';
import { KeyField } from './key-field.tsx';
import classes from './standalone.module.css';
import type { WayProps } from './standalone.tsx';
import frame from './step-frame.module.css';
import { WayBack } from './step-frame.tsx';
import { useStep } from './use-step.ts';

/** The largest license file that the core takes (contract, `setup.importFile`); bytes here, which are never fewer than characters. */
const largest = 131_072;

/** For a machine that never touches the network: a request leaves, a signed license comes back. */
export function ActivateOffline(way: WayProps) {
  const { t } = useTranslation();
  const { portal, busy } = way.setup;
  return (
    <>
      <ol className={classes.steps}>
        <Numbered title={t('standalone.request.title')}>
          <RequestFile {...way} />
        </Numbered>
        <Numbered title={t('standalone.carry.title')}>
          <p>
            {t('standalone.carry.text')}{' '}
            {portal !== null && <span className={classes.address}>{offlinePage(portal)}</span>}
          </p>
        </Numbered>
        <Numbered title={t('standalone.import.title')}>
          <ImportFile isNext={way.setup.requestedAt !== null} />
        </Numbered>
      </ol>
      <div className={frame.buttons}>
        <WayBack disabled={busy} />
      </div>
    </>
  );
}

function Numbered({ title, children }: { title: string; children: ReactNode }) {
  return (
    <li className={classes.step}>
      <h2 className={classes.stepTitle}>{title}</h2>
      <div className={classes.stepBody}>{children}</div>
    </li>
  );
}

function RequestFile({ setup, typed, onTyped }: WayProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const announce = useAnnounce();
  const client = useClient();
  // The snapshot's problem may be the other file's: each form here shows what it was answered itself.
  const step = useStep<'key'>({ ...setup, problem: null });

  async function create() {
    await step.send(keyError(typed, t), async () => {
      const file = await client.setup.createRequestFile({ key: typed.trim() });
      saveFile(file.fileName, file.content);
      announce(`${t('common.checkSaved', { fileName: file.fileName })} ${t('standalone.request.caution')}`);
    });
  }

  return (
    <form
      noValidate
      className={classes.request}
      aria-label={t('standalone.request.title')}
      onSubmit={(event) => {
        event.preventDefault();
        void create();
      }}
    >
      <KeyField
        value={typed}
        error={step.errors.key}
        autoFocus={false}
        onChange={(next) => {
          step.edited();
          onTyped(next);
        }}
      />
      <div className={classes.row}>
        <Button type="submit" variant={setup.requestedAt === null ? 'filled' : 'default'} busy={step.busy}>
          {t('standalone.request.submit')}
        </Button>
        {setup.requestedAt !== null && (
          <p className={classes.requested}>
            {t('standalone.request.done', { when: format.dateTime(setup.requestedAt) })}
          </p>
        )}
      </div>
      {step.trouble !== null && <TroubleView trouble={step.trouble} live />}
    </form>
  );
}

function ImportFile({ isNext }: { isNext: boolean }) {
  const { t } = useTranslation();
  const announce = useAnnounce();
  const client = useClient();
  const action = useAction();

  function take(file: File) {
    void action.run(async () => {
      if (file.size > largest) throw new ORPCError('file-too-large');
      const bytes = new Uint8Array(await file.arrayBuffer());
      const content = new TextDecoder(encodingOf(bytes)).decode(bytes);
      const { productName } = await client.setup.importFile({ fileName: file.name.slice(-255), content });
      announce(t('standalone.import.done', { product: productName }));
    });
  }

  return (
    <>
      <FileDrop hint={t('standalone.import.drop')} isNext={isNext} busy={action.busy} onFile={take} />
      {action.trouble !== null && <TroubleView trouble={action.trouble} live />}
    </>
  );
}

function offlinePage(portal: string): string {
  return `${portal.replace(/\/$/, '')}/offline`;
}
