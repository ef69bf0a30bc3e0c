#pragma once

#include "model_options.hpp"
#include "run.hpp"

#include <tenure/recommender/tune_blend.hpp>

#include <string>

namespace tenure::apps {

/// "name = value" lines of all options of a model, as configuration files hold them.
std::string option_lines(const recommender::OptionValues& values);

/// A configuration file of the blend with the weights found; `comment` goes on its first line.
std::string blend_config(const ModelPlan& plan, const recommender::BlendTuneResult& result,
                         const std::string& comment);
/// The best trials, one row each.
std::string blend_trials(const ModelPlan& plan, const recommender::BlendTuneResult& result,
                         const std::string& metric);
Json blend_json(const ModelPlan& plan, const recommender::BlendTuneResult& result,
                const std::string& metric);

}  // namespace tenure::apps
