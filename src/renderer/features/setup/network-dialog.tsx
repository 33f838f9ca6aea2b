import '../../theme/shell.css';
import { Modal } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { useReturnFocus } from '../../lib/use-return-focus.ts';
import { TextSetting } from '../settings/network.tsx';
import classes from './network-dialog.module.css';

/** What the way to the portal may need, before there is a page of settings. Each line is saved by itself. */
export default function NetworkDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  useReturnFocus();
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('setup.network.title')}
      padding="lg"
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <div className={classes.lines}>
        <TextSetting setting="proxy" placeholder="http://proxy:8080" />
        <TextSetting setting="extraCaFile" />
      </div>
      <div className={classes.buttons}>
        <Button onClick={onClose}>{t('common.close')}</Button>
      </div>
    </Modal>
  );
}
