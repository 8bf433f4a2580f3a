package sandbox

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"croupier/sandbox/postgres/watchdog"
	"croupier/session"
)

// The two places where the money of a sandbox's players can be.
const (
	TransferWallet = "transfer" // the ledger
	SeamlessWallet = "seamless" // a wallet of the operator's own: another process, with books of its own
)

// walletDatabase is where the operator's wallet has its books, beside croupier's database.
const walletDatabase = "operator_wallet"

// endWallet is the watchdog's script: the wallet loses nothing by SIGKILL.
const endWallet = `kill -KILL "$1"
`

// operatorWallet is the reference wallet as a process.
type operatorWallet struct {
	cmd *exec.Cmd
	dog *watchdog.Dog
	url string
}

// startWallet starts `croupier wallet serve` and waits until it says where it listens.
func startWallet(ctx context.Context, program, database, secret, log string) (_ *operatorWallet, err error) {
	w := &operatorWallet{cmd: exec.Command(program, "wallet", "serve")}
	w.cmd.Env = append(os.Environ(), "CROUPIER_DATABASE_URL="+database, "CROUPIER_WALLET_SECRET="+secret, "CROUPIER_WALLET_LISTEN=127.0.0.1:0",
		"CROUPIER_WALLET_WELCOME="+string(welcome.amount))
	w.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for us: we end it
	file, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer file.Close() // the process has its own descriptor
	w.cmd.Stderr = file
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := w.cmd.Start(); err != nil {
		return nil, err
	}
	if w.dog, err = watchdog.Start(endWallet, strconv.Itoa(w.cmd.Process.Pid)); err != nil {
		return nil, errors.Join(err, w.stop())
	}
	stop := context.AfterFunc(ctx, func() { _ = w.cmd.Process.Kill() })
	defer stop()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("it does not start; its log is %s", log), w.stop())
	}
	w.url = strings.TrimSpace(line)
	return w, nil
}

// stop ends the process. It is asked first, and not for long.
func (w *operatorWallet) stop() error {
	_ = w.cmd.Process.Signal(syscall.SIGTERM) // an error means that it has ended
	late := time.AfterFunc(3*time.Second, func() { _ = w.cmd.Process.Kill() })
	defer late.Stop()
	_ = w.cmd.Wait() // however it ended, it has
	return w.dog.Release()
}

// openWallet starts the operator's wallet beside the server, and makes the operator known that keeps its players' money there.
func (s *Sandbox) openWallet(ctx context.Context, o Options, secrets *secrets) (operator session.Operator, err error) {
	if s.cluster == nil {
		return operator, errors.New("the operator's wallet of a seamless sandbox has its books in the sandbox's own Postgres: leave --database-url away")
	}
	if err := s.cluster.CreateDatabase(ctx, walletDatabase); err != nil {
		return operator, err
	}
	if operator, err = secrets.ensureSeamless(ctx, s.server.Operators); err != nil {
		return operator, err
	}
	own := secrets.Seamless
	if s.wallet, err = startWallet(ctx, o.Program, s.cluster.URL(walletDatabase), own.WalletSecret, o.DataDir+"/wallet.log"); err != nil {
		return operator, fmt.Errorf("operator's wallet: %w", err)
	}
	if _, err := s.server.Operators.ChangeWallet(ctx, operator.ID, session.WalletChange{URL: s.wallet.url}); err != nil {
		return operator, err
	}
	s.info.APIKey, s.info.APISecret, s.info.OperatorID = own.APIKey, own.APISecret, own.OperatorID
	s.info.WalletURL, s.info.WalletSecret = s.wallet.url, own.WalletSecret
	return operator, nil
}

// seamlessSecrets are those of the operator that keeps its players' money itself.
type seamlessSecrets struct {
	APIKey       string `json:"apiKey"`
	APISecret    string `json:"apiSecret"`
	OperatorID   string `json:"operatorId"`
	WalletSecret string `json:"walletSecret"`
}

// ensureSeamless finds the demo operator with a wallet of its own by its key, or makes it.
func (s *secrets) ensureSeamless(ctx context.Context, operators *session.Operators) (session.Operator, error) {
	if s.Seamless != nil {
		caller, err := operators.Authenticate(ctx, s.Seamless.APIKey)
		if err == nil || !errors.Is(err, &session.Error{Code: session.InvalidKey}) {
			return caller.Operator, err
		}
	}
	const notYet = "http://127.0.0.1:9/" // where it listens is known when it runs
	operator, key, secret, err := operators.CreateSeamless(ctx, "Seamless sandbox", session.Sandbox, nil, notYet)
	if err != nil {
		return session.Operator{}, err
	}
	s.Seamless = &seamlessSecrets{key.Key, key.Secret, operator.ID.String(), secret}
	return operator, s.save()
}
