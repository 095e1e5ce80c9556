// The workload of the speed comparison by hand in C++, over the very same tables.
//
// It knows what the workload uses and nothing else: remote and visit stages, the three ways
// to choose a site, nearest-idle dispatch, three priorities, patience, escalation and
// return, trips out and back. No shifts, skills, levels, breaks, opening hours, parts,
// delays, appointments, queue limits or ageing. Its outcomes equal those of both engines in
// every bit, so it is a measure of what the machine could do and not of another model.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr int kNone = -1;
constexpr int kPriorities = 3;

// --- the tables, as NumPy lays them out --------------------------------------------------

enum class RequestStatus : std::int8_t { not_arrived, open, resolved, unresolved, abandoned };
enum class VisitStatus : std::int8_t {
  not_entered, waiting = 3, in_service, resolved = 6, unresolved, abandoned
};
enum class Cause : std::int8_t { open, done };
enum class Mode : std::int64_t { remote, visit };
enum class Choice : std::int64_t { policy, parent, same_site };
enum class Moment : std::uint64_t { agent_free = 5, service_ends, arrival = 8, patience_ends };

struct Request {
  double arrival;
  std::int32_t after;
  double gap, appointment;
  std::int32_t zone;
  std::int16_t request_class, segment, channel;
  double priority;
  std::int32_t first_visit;
  std::int8_t shows;
};

struct Visit {
  std::int32_t request, stage;
  std::int16_t depth;
  double service, patience, parts;
  std::int8_t parts_late;
  double travel_factor, resolve_u;
  std::int32_t if_resolved, if_unresolved;
};

struct RequestOutcome {
  double arrival = kNan, resolved = kNan, closed = kNan;
  std::int32_t visits = 0, last_visit = kNone;
  RequestStatus status = RequestStatus::not_arrived;
};

struct VisitOutcome {
  double entered = kNan, joined = kNan, start = kNan, response = kNan, end = kNan;
  std::int32_t site = kNone, agent = kNone;
  std::int16_t stints = 0;
  VisitStatus status = VisitStatus::not_entered;
};

struct Stint {
  std::int32_t agent, visit;
  double depart, on_site, end, back;
  Cause cause;
};

struct Stage {
  Mode mode;
  Choice choice;
  std::int64_t tier, group;
  double chance;
};

}  // namespace

// Filled by `benchmarks.peers.cpp_kernel`, field by field.
struct Tables {
  std::int64_t request_count, known_arrivals, visit_count;
  const Request* requests;
  const Visit* visits;
  RequestOutcome* request_outcomes;
  VisitOutcome* visit_outcomes;
  Stint* work;
  double* idle_min;
  double* queue_area;
  std::int64_t sites, zones, tiers;
  const Stage* stages;
  const std::int64_t* first_agent;      // [sites + 1]
  const std::int64_t* first_candidate;  // [groups * zones + 1]
  const std::int64_t* candidate_site;
  const std::int64_t* above;  // [groups, sites]
  const double* minutes;      // [zones, sites], NaN: no way
  const double* hour_factor;  // [168]
  double clock_offset, horizon;
};

namespace {

// --- pending events ----------------------------------------------------------------------

// Time first, then kind and id. Times are not negative, so their bits compare as they do, and
// an event is one number of 128 bits.
struct Event {
  unsigned __int128 rank = static_cast<unsigned __int128>(std::bit_cast<std::uint64_t>(kNever)) << 64;

  Event() = default;
  Event(double time, std::uint64_t key)
      : rank(static_cast<unsigned __int128>(std::bit_cast<std::uint64_t>(time)) << 64 | key) {}

  double time() const { return std::bit_cast<double>(static_cast<std::uint64_t>(rank >> 64)); }
  std::uint64_t key() const { return static_cast<std::uint64_t>(rank); }
  bool operator<(const Event& other) const { return rank < other.rank; }
};

constexpr int kCaseBits = 28, kKindShift = 59;

constexpr std::uint64_t make_key(Moment kind, std::uint64_t id, std::uint64_t request) {
  return (static_cast<std::uint64_t>(kind) << kKindShift) | (id << kCaseBits) | request;
}

// A heap whose nodes have four children, which share a line of the cache. Places beyond the
// last event hold one that comes after all others, so that comparing needs no branch.
class Calendar {
 public:
  Calendar() { reserve(256); }

  bool empty() const { return size_ == 0; }
  const Event& first() const { return events_[0]; }

  void push(Event event) {
    if (size_ + 4 > capacity_) reserve(2 * capacity_);
    climb(size_++, event);
  }

  // The hole at the root sinks to a leaf; the last event climbs from there.
  void pop() {
    const Event last = events_[--size_];
    events_[size_] = Event{};
    std::size_t hole = 0;
    for (std::size_t child = 1; child < size_; child = 4 * hole + 1) {
      const std::size_t one = child + (events_[child + 1] < events_[child]);
      const std::size_t other = child + 2 + (events_[child + 3] < events_[child + 2]);
      const std::size_t least = one + (other - one) * (events_[other] < events_[one]);
      events_[hole] = events_[least];
      hole = least;
    }
    climb(hole, last);
  }

 private:
  struct alignas(64) Line {
    Event event[4];
  };

  void reserve(std::size_t capacity) {
    lines_.resize(capacity / 4 + 1);
    capacity_ = capacity;
    events_ = &lines_[0].event[3];  // the children of any node begin a line
  }

  void climb(std::size_t hole, Event event) {
    while (hole > 0 && event < events_[(hole - 1) / 4]) {
      events_[hole] = events_[(hole - 1) / 4];
      hole = (hole - 1) / 4;
    }
    events_[hole] = event;
  }

  std::vector<Line> lines_;
  Event* events_ = nullptr;
  std::size_t size_ = 0, capacity_ = 0;
};

// --- the state ---------------------------------------------------------------------------

// A live request and the visit it is in; `ahead` and `behind` are neighbours in a queue.
struct Case {
  std::int32_t row, zone, priority, visits, visit, stage, site, agent;
  std::int32_t ahead, behind;
  VisitStatus status;
  double entered, start, on_site, travel_factor;
};

struct Queue {
  std::int32_t head = kNone, tail = kNone;
};

struct Site {
  std::uint64_t idle = 0;
  std::int64_t waiting = 0, first_agent = 0;
  double queue_area = 0, counted_until = 0;
  Queue queues[kPriorities];
};

struct Agent {
  std::int32_t site;
  std::int64_t stint = kNone;
  std::uint64_t bit;
  double idle_since = 0, idle_min = 0;
};

// --- the run -----------------------------------------------------------------------------

class Run {
 public:
  explicit Run(const Tables& tables) : t_(tables), sites_(tables.sites) {
    std::fill_n(t_.request_outcomes, t_.request_count, RequestOutcome{});
    std::fill_n(t_.visit_outcomes, t_.visit_count, VisitOutcome{});
    for (std::int64_t j = 0; j < t_.sites; ++j) {
      const std::int64_t first = t_.first_agent[j], end = t_.first_agent[j + 1];
      sites_[j].first_agent = first;
      for (std::int64_t n = first; n < end; ++n) {
        const std::uint64_t bit = std::uint64_t{1} << (n - first);
        agents_.push_back(Agent{.site = static_cast<std::int32_t>(j), .bit = bit});
        sites_[j].idle |= bit;
      }
    }
  }

  std::int64_t play() {
    std::int64_t arrival = 0;
    for (;;) {
      Event next{t_.horizon, 0};
      bool is_arrival = false, is_pending = false;
      if (!calendar_.empty() && calendar_.first().time() < t_.horizon) {
        next = calendar_.first();
        is_pending = true;
      }
      if (arrival < t_.known_arrivals) {
        const Event coming{t_.requests[arrival].arrival, make_key(Moment::arrival, arrival, 0)};
        is_arrival = coming.time() < t_.horizon && (!is_pending || coming < next);
        if (is_arrival) next = coming;
      }
      if (!is_arrival && !is_pending) break;
      now_ = next.time();
      if (is_arrival) {
        fetch_visits(arrival + 2);
        arrive(static_cast<std::int32_t>(arrival++));
        continue;
      }
      calendar_.pop();
      const auto kind = static_cast<Moment>(next.key() >> kKindShift);
      const auto id = static_cast<std::int32_t>(next.key() >> kCaseBits & 0x7fffffff);
      const auto number = static_cast<std::int32_t>(next.key() & ((1u << kCaseBits) - 1));
      if (kind == Moment::service_ends) service_ends(number);
      if (kind == Moment::agent_free) agent_free(id);
      if (kind == Moment::patience_ends) patience_ends(number, id);
    }
    close();
    return stints_;
  }

 private:
  // The visits of a request stand together: bring them near before it arrives.
  void fetch_visits(std::int64_t row) const {
    if (row + 1 >= t_.request_count) return;
    const std::int32_t end = t_.requests[row + 1].first_visit;
    for (std::int32_t v = t_.requests[row].first_visit; v < end; ++v) {
      __builtin_prefetch(&t_.visits[v]);
      __builtin_prefetch(&t_.visit_outcomes[v], 1);
    }
  }

  void arrive(std::int32_t row) {
    std::int32_t number = free_case_;
    if (number == kNone) {
      number = static_cast<std::int32_t>(cases_.size());
      cases_.emplace_back();
      used_.resize(cases_.size() * t_.tiers);
    } else {
      free_case_ = cases_[number].behind;
    }
    const Request& request = t_.requests[row];
    Case& one = cases_[number];
    one.row = row;
    one.zone = request.zone;
    one.priority = static_cast<std::int32_t>(request.priority);
    one.site = kNone;
    one.visits = 0;
    std::fill_n(&used_[number * t_.tiers], t_.tiers, kNone);
    enter(number, request.first_visit);
  }

  // Enter a stage: choose the site, then start or join its queue.
  void enter(std::int32_t number, std::int32_t row) {
    const Visit& visit = t_.visits[row];
    const Stage& stage = t_.stages[visit.stage];
    Case& one = cases_[number];
    one.visit = row;
    one.stage = visit.stage;
    one.visits += 1;
    one.travel_factor = visit.travel_factor;
    one.agent = kNone;
    one.entered = now_;
    one.start = kNan;
    one.on_site = kNan;
    const std::int32_t site = choose_site(number, one, stage);
    one.site = used_[number * t_.tiers + stage.tier] = site;
    Site& place = sites_[site];
    if (place.idle != 0) {
      start(number, place.first_agent + std::countr_zero(place.idle));
      return;
    }
    one.status = VisitStatus::waiting;
    join(number, place);
    count(place, 1);
    if (visit.patience < kNever) push(now_ + visit.patience, Moment::patience_ends, row, number);
  }

  std::int32_t choose_site(std::int32_t number, const Case& one, const Stage& stage) const {
    std::int64_t site = kNone;
    if (stage.choice == Choice::parent && one.site >= 0) site = t_.above[stage.group * t_.sites + one.site];
    if (stage.choice == Choice::same_site) site = used_[number * t_.tiers + stage.tier];
    if (site >= 0 && !std::isnan(minutes(one.zone, site))) return static_cast<std::int32_t>(site);
    const std::int64_t place = stage.group * t_.zones + one.zone;
    const std::int64_t first = t_.first_candidate[place], end = t_.first_candidate[place + 1];
    for (std::int64_t c = first; c < end; ++c) {
      if (sites_[t_.candidate_site[c]].idle != 0) {
        return static_cast<std::int32_t>(t_.candidate_site[c]);
      }
    }
    return static_cast<std::int32_t>(t_.candidate_site[first]);
  }

  double minutes(std::int64_t zone, std::int64_t site) const {
    return t_.minutes[zone * t_.sites + site];
  }

  double trip(const Case& one) const {
    const auto hour = static_cast<std::int64_t>((now_ + t_.clock_offset) / 60.0) % 168;
    return (minutes(one.zone, one.site) * t_.hour_factor[hour]) * one.travel_factor;
  }

  // An agent takes a visit and leaves for it, or begins at once.
  void start(std::int32_t number, std::int64_t agent) {
    Case& one = cases_[number];
    Agent& him = agents_[agent];
    Site& place = sites_[him.site];
    if (place.idle & him.bit) {
      place.idle ^= him.bit;
      him.idle_min += now_ - him.idle_since;
    }
    one.start = now_;
    one.agent = static_cast<std::int32_t>(agent);
    one.status = VisitStatus::in_service;
    one.on_site = t_.stages[one.stage].mode == Mode::visit ? now_ + trip(one) : now_;
    him.stint = stints_++;
    t_.work[him.stint] = Stint{one.agent, one.visit, now_, one.on_site, kNan, kNan, Cause::open};
    push(one.on_site + t_.visits[one.visit].service, Moment::service_ends, one.visit, number);
  }

  void service_ends(std::int32_t number) {
    Case& one = cases_[number];
    const std::int32_t agent = one.agent;
    Stint& stint = t_.work[agents_[agent].stint];
    stint.end = now_;
    stint.cause = Cause::done;
    if (t_.stages[one.stage].mode == Mode::visit) {
      push(now_ + trip(one), Moment::agent_free, agent, 0);
    } else {
      stint.back = now_;
      take_next(agent);
    }
    follow(number);
  }

  void agent_free(std::int32_t agent) {
    t_.work[agents_[agent].stint].back = now_;
    take_next(agent);
  }

  // A free agent takes the first in line, or waits for work.
  void take_next(std::int32_t agent) {
    Agent& him = agents_[agent];
    Site& place = sites_[him.site];
    for (const Queue& queue : place.queues) {
      if (queue.head != kNone) {
        const std::int32_t number = queue.head;
        leave(number, place);
        count(place, -1);
        start(number, agent);
        return;
      }
    }
    him.idle_since = now_;
    place.idle |= him.bit;
  }

  void patience_ends(std::int32_t number, std::int32_t visit) {
    Case& one = cases_[number];
    if (one.visit != visit || one.status != VisitStatus::waiting) return;
    Site& place = sites_[one.site];
    leave(number, place);
    count(place, -1);
    record_visit(one, VisitStatus::abandoned, now_);
    end(number, RequestStatus::abandoned);
  }

  // Close a visit that was served and go on along the route.
  void follow(std::int32_t number) {
    Case& one = cases_[number];
    const Visit& visit = t_.visits[one.visit];
    const bool resolved = visit.resolve_u < t_.stages[one.stage].chance;
    const std::int32_t target = resolved ? visit.if_resolved : visit.if_unresolved;
    record_visit(one, resolved ? VisitStatus::resolved : VisitStatus::unresolved, now_);
    if (target >= 0) {
      enter(number, target);
      return;
    }
    end(number, resolved && target == kNone ? RequestStatus::resolved : RequestStatus::unresolved);
  }

  void end(std::int32_t number, RequestStatus status) {
    Case& one = cases_[number];
    record_request(one, status, now_);
    one.row = one.visit = kNone;
    one.behind = free_case_;
    free_case_ = number;
  }

  void record_visit(const Case& one, VisitStatus status, double end) {
    const bool begun = one.agent != kNone, answered = begun && one.on_site < t_.horizon;
    VisitOutcome& row = t_.visit_outcomes[one.visit];
    row.entered = row.joined = one.entered;
    row.start = one.start;
    row.response = answered ? one.on_site : kNan;
    row.end = end;
    row.site = one.site;
    row.agent = one.agent;
    row.stints = begun;
    row.status = status;
  }

  void record_request(const Case& one, RequestStatus status, double closed) {
    const double resolved = status == RequestStatus::resolved ? closed : kNan;
    t_.request_outcomes[one.row] = RequestOutcome{
        t_.requests[one.row].arrival, resolved, closed, one.visits, one.visit, status};
  }

  // --- queues: a list per priority, as nothing ages and nobody comes back to his place ---

  void join(std::int32_t number, Site& place) {
    Case& one = cases_[number];
    Queue& queue = place.queues[one.priority];
    one.ahead = queue.tail;
    one.behind = kNone;
    (queue.tail == kNone ? queue.head : cases_[queue.tail].behind) = number;
    queue.tail = number;
  }

  void leave(std::int32_t number, Site& place) {
    const Case& one = cases_[number];
    Queue& queue = place.queues[one.priority];
    (one.ahead == kNone ? queue.head : cases_[one.ahead].behind) = one.behind;
    (one.behind == kNone ? queue.tail : cases_[one.behind].ahead) = one.ahead;
  }

  void count(Site& place, int change) {
    place.queue_area += static_cast<double>(place.waiting) * (now_ - place.counted_until);
    place.counted_until = now_;
    place.waiting += change;
  }

  void push(double time, Moment kind, std::int32_t id, std::int32_t number) {
    if (time < t_.horizon) calendar_.push({time, make_key(kind, id, number)});
  }

  // What is open at the horizon stays open; no time at or after it is told.
  void close() {
    now_ = t_.horizon;
    for (std::int64_t j = 0; j < t_.sites; ++j) {
      count(sites_[j], 0);
      t_.queue_area[j] = sites_[j].queue_area;
    }
    for (std::size_t n = 0; n < agents_.size(); ++n) {
      Agent& him = agents_[n];
      if (sites_[him.site].idle & him.bit) him.idle_min += t_.horizon - him.idle_since;
      t_.idle_min[n] = him.idle_min;
    }
    for (Case& one : cases_) {
      if (one.row == kNone) continue;
      record_visit(one, one.status, kNan);
      record_request(one, RequestStatus::open, kNan);
    }
    for (std::int64_t row = 0; row < stints_; ++row) {
      if (t_.work[row].on_site >= t_.horizon) t_.work[row].on_site = kNan;
    }
  }

  const Tables t_;
  double now_ = 0;
  Calendar calendar_;
  std::vector<Site> sites_;
  std::vector<Agent> agents_;
  std::vector<Case> cases_;
  std::vector<std::int32_t> used_;  // [cases, tiers]: the site last used at each tier
  std::int32_t free_case_ = kNone;
  std::int64_t stints_ = 0;
};

}  // namespace

extern "C" std::int64_t size_of(int table) {
  constexpr std::size_t sizes[] = {sizeof(Request),      sizeof(Visit), sizeof(RequestOutcome),
                                   sizeof(VisitOutcome), sizeof(Stint), sizeof(Tables)};
  return static_cast<std::int64_t>(sizes[table]);
}

// Play one replication; returns the number of stints.
extern "C" std::int64_t play(const Tables* tables) { return Run(*tables).play(); }
