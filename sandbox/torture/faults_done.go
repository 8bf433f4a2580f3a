package torture

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

// roll draws from least to most. Faults at the same time draw from one generator.
func (t *tormentor) roll(least, most int) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return least + t.luck.IntN(most-least+1)
}

// while is a time of so many milliseconds, scaled, drawn by a fault.
func (t *tormentor) while(least, most int) time.Duration {
	return time.Duration(t.scale * float64(time.Millisecond) * float64(t.roll(least, most)))
}

func killServer(ctx context.Context, t *tormentor, i int) (string, error) {
	s := t.house.servers[i]
	s.kill()
	wait(ctx, t.while(0, 800))
	return fmt.Sprintf("server %d", i), s.start(ctx)
}

func killServers(ctx context.Context, t *tormentor, _ int) (string, error) {
	for _, s := range t.house.servers {
		s.kill()
	}
	return "all servers", each(t.house.servers, func(s *server) error { return s.start(ctx) })
}

// stopServer asks a server to end, which it must do in time whatever is wrong around it. Its exit status may tell of that.
func stopServer(ctx context.Context, t *tormentor, i int) (string, error) {
	s := t.house.servers[i]
	began := time.Now()
	err := s.stop()
	if errors.Is(err, errLate) {
		t.house.finding(Process, filepath.Base(s.log), "%v", err)
	}
	return fmt.Sprintf("server %d, ended in %s (%v)", i, time.Since(began).Round(time.Millisecond), err), s.start(ctx)
}

func pauseServer(ctx context.Context, t *tormentor, i int) (string, error) {
	s := t.house.servers[i]
	s.pause()
	wait(ctx, t.while(300, 2500))
	s.resume()
	return fmt.Sprintf("server %d", i), nil
}

func killPostgres(ctx context.Context, t *tormentor, _ int) (string, error) {
	if err := t.house.database.cluster.Kill(); err != nil {
		return "", err
	}
	wait(ctx, t.while(0, 800))
	return "", t.house.database.restart(context.WithoutCancel(ctx))
}

func pausePostgres(ctx context.Context, t *tormentor, _ int) (string, error) {
	return "", t.house.database.pause(ctx, t.while(500, 3000))
}

func endSessions(ctx context.Context, t *tormentor, _ int) (string, error) {
	ended, committing, err := t.house.database.terminate(ctx, t.while(200, 1200), 3*time.Millisecond)
	return fmt.Sprintf("%d sessions, %d in the middle of a commit", ended, committing), err
}

// spoilFor makes a link bad for a while.
func (t *tormentor) spoilFor(ctx context.Context, l *link, during time.Duration, i int, bad ...toxic) (string, error) {
	what := fmt.Sprintf("server %d:", i)
	for _, one := range bad {
		what += " " + one.String()
	}
	err := l.spoil(bad...)
	wait(ctx, during)
	return what, errors.Join(err, l.heal())
}

// loseReplies lets everything reach Postgres, and loses what it says from some byte on: of a commit's reply, if one is under way.
func loseReplies(ctx context.Context, t *tormentor, i int) (string, error) {
	share := float64(t.roll(30, 100)) / 100
	ways := []toxic{
		{"limit_data", "downstream", share, map[string]any{"bytes": t.roll(1, 2000)}},
		{"timeout", "downstream", share, map[string]any{"timeout": t.roll(10, 400)}},
		{"reset_peer", "downstream", share, map[string]any{"timeout": t.roll(0, 50)}},
	}
	return t.spoilFor(ctx, t.house.toData[i], t.while(100, 1000), i, ways[t.roll(0, len(ways)-1)])
}

func cutDatabase(ctx context.Context, t *tormentor, i int) (string, error) {
	if t.roll(0, 1) == 0 {
		return fmt.Sprintf("server %d: all at once", i), t.house.toData[i].cut()
	}
	bad := toxic{"reset_peer", "upstream", float64(t.roll(30, 100)) / 100, map[string]any{"timeout": t.roll(0, 200)}}
	return t.spoilFor(ctx, t.house.toData[i], t.while(100, 1000), i, bad)
}

func slowDatabase(ctx context.Context, t *tormentor, i int) (string, error) {
	ways := []toxic{
		{"latency", "downstream", 1, map[string]any{"latency": t.roll(1, 150), "jitter": t.roll(0, 100)}},
		{"latency", "upstream", 1, map[string]any{"latency": t.roll(1, 150), "jitter": t.roll(0, 100)}},
		{"slicer", "downstream", 1, map[string]any{"average_size": t.roll(20, 200), "size_variation": 10, "delay": t.roll(100, 2000)}},
	}
	return t.spoilFor(ctx, t.house.toData[i], t.while(300, 2000), i, ways[t.roll(0, len(ways)-1)])
}

func slowPlayers(ctx context.Context, t *tormentor, i int) (string, error) {
	way := []string{"upstream", "downstream"}[t.roll(0, 1)]
	ways := []toxic{
		{"latency", way, 1, map[string]any{"latency": t.roll(5, 300), "jitter": t.roll(0, 200)}},
		{"slicer", way, 1, map[string]any{"average_size": t.roll(20, 200), "size_variation": 10, "delay": t.roll(100, 3000)}},
		{"bandwidth", way, 1, map[string]any{"rate": t.roll(1, 20)}},
	}
	return t.spoilFor(ctx, t.house.toServer[i], t.while(300, 2000), i, ways[t.roll(0, len(ways)-1)])
}

func cutPlayers(ctx context.Context, t *tormentor, i int) (string, error) {
	way, share := []string{"upstream", "downstream"}[t.roll(0, 1)], float64(t.roll(20, 100))/100
	ways := []toxic{
		{"reset_peer", way, share, map[string]any{"timeout": t.roll(0, 300)}},
		{"limit_data", way, share, map[string]any{"bytes": t.roll(1, 6000)}},
	}
	n := t.roll(0, len(ways))
	if n == len(ways) {
		return fmt.Sprintf("server %d: all at once", i), t.house.toServer[i].cut()
	}
	return t.spoilFor(ctx, t.house.toServer[i], t.while(100, 1000), i, ways[n])
}

// halfClose lets one direction go on while the other is dead, or one side close while the other does not learn of it.
func halfClose(ctx context.Context, t *tormentor, i int) (string, error) {
	way, share := []string{"upstream", "downstream"}[t.roll(0, 1)], float64(t.roll(20, 100))/100
	dead := toxic{"timeout", way, share, map[string]any{"timeout": t.roll(0, 800)}}
	if t.roll(0, 1) == 0 {
		return t.spoilFor(ctx, t.house.toServer[i], t.while(200, 1500), i, dead)
	}
	late := toxic{"slow_close", way, 1, map[string]any{"delay": t.roll(200, 2000)}}
	ends := toxic{"limit_data", []string{"upstream", "downstream"}[t.roll(0, 1)], share, map[string]any{"bytes": t.roll(1, 6000)}}
	return t.spoilFor(ctx, t.house.toServer[i], t.while(200, 1500), i, late, ends)
}
