#include "results/run_samples.hpp"

namespace tenure::simulator {

namespace {

/// Covariance, within draws, of a run and the run of the same customers with other luck.
double covariance_within(const RatioSamples& samples, const RatioSamples& twin) {
  double sum = 0.0;
  for (std::size_t draw = 0; draw < samples.draws(); ++draw) {
    for (std::size_t r = 0; r < samples.replications(); ++r) {
      sum += samples.residual(draw, r) * twin.residual(draw, r);
    }
  }
  const double each = static_cast<double>(samples.replications()) - 1.0;
  return sum / (static_cast<double>(samples.draws()) * each);
}

double variance_between(const RatioSamples& samples, const RatioSamples* twin) {
  std::vector<double> values;
  for (std::size_t draw = 0; draw < samples.draws(); ++draw) {
    const double own = samples.ratio_of(draw);
    values.push_back(twin == nullptr ? own : 0.5 * (own + twin->ratio_of(draw)));
  }
  return variance_of(values);
}

double not_negative(double value, const char* name, VarianceParts& parts) {
  if (value >= 0.0) return value;
  parts.negative.emplace_back(name);
  return 0.0;
}

}  // namespace

VarianceParts variance_parts(const RatioSamples& samples, const RatioSamples* twin,
                             bool uncertain) {
  VarianceParts parts;
  const auto replications = static_cast<double>(samples.replications());
  parts.within = samples.variance_within();
  double noise_of_mean = parts.within / replications;
  if (twin != nullptr) {
    parts.within = 0.5 * (parts.within + twin->variance_within());
    const double sampling = covariance_within(samples, *twin);
    const double noise = parts.within - sampling;
    noise_of_mean = (sampling + 0.5 * noise) / replications;
    parts.sampling = not_negative(sampling, "sampling", parts);
    parts.noise = not_negative(noise, "noise", parts);
  }
  if (uncertain) {
    parts.parameter =
        not_negative(variance_between(samples, twin) - noise_of_mean, "parameter", parts);
  }
  return parts;
}

}  // namespace tenure::simulator
